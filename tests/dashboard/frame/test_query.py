"""What a page takes from its URL and cookies."""


def test_the_urls_zone_comes_before_the_cookies(admin):
    admin.cookies["tz"] = "Asia/Kolkata"
    assert admin.get("/dashboard/", {"tz": "Europe/Berlin"}).context["zone"] == "Europe/Berlin"
    assert admin.get("/dashboard/").context["zone"] == "Asia/Kolkata"


def test_a_zone_of_the_url_that_is_none_leaves_the_cookies(admin):
    admin.cookies["tz"] = "Asia/Kolkata"
    assert admin.get("/dashboard/", {"tz": "Mars/Olympus"}).context["zone"] == "Asia/Kolkata"
