"""Until when AWS supports Lambda's Python runtimes. Knows no Django."""

from datetime import date

# docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html as of November 2026; AWS moves such
# dates, so a test compares them with those of cfn-lint.
SUPPORTED_UNTIL = {
    "python3.11": date(2027, 6, 30),
    "python3.12": date(2028, 10, 31),
    "python3.13": date(2029, 6, 30),
    "python3.14": date(2029, 6, 30),
}
WARN_DAYS = 90


def unsupported(runtime: str, today: date) -> str:
    """Why AWS wouldn't take it; empty where it would."""
    until = SUPPORTED_UNTIL.get(runtime)
    if until and today <= until:
        return ""
    ended = f" since {until:%d %B %Y}" if until else ""
    supported = [name for name, last in SUPPORTED_UNTIL.items() if today <= last]
    return f"AWS Lambda does not support {runtime}{ended}; it supports {', '.join(supported)}."


def ends_soon(runtime: str, today: date) -> str:
    """A warning in the last days of support; empty before."""
    until = SUPPORTED_UNTIL.get(runtime)
    days = (until - today).days if until else 0
    return f"AWS ends its support of {runtime} in {days} days." if 0 < days <= WARN_DAYS else ""
