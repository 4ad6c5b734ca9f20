"""What a viewer did that a page can't answer."""


class BadQuery(Exception):
    """A parameter of the URL has no meaning; the message says what would have one."""
