"""No base URL leads a call to a metadata service or, from the dashboard, into the network."""

import pytest

from deployments.addresses import check_url, refusal

METADATA = [
    "169.254.169.254",
    "169.254.170.2",
    "169.254.0.1",
    "fe80::1",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "fd00:ec2::23",
    "100.100.100.200",
    "168.63.129.16",
    "::ffff:169.254.169.254",
    "::169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "::ffff:0:a9fe:a9fe",
]
PRIVATE = ["127.0.0.1", "::1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "fd12::1", "100.64.0.1"]
PUBLIC = ["93.184.215.14", "2606:2800:21f:cb07::1", "64:ff9b::5db8:d70e"]
NOBODY = ["0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255", "64:ff9b:1::a9fe:a9fe"]


@pytest.mark.parametrize("private_allowed", [True, False])
@pytest.mark.parametrize("address", METADATA)
def test_metadata_is_never_called(address, private_allowed):
    assert "metadata" in refusal(address, private_allowed=private_allowed)


@pytest.mark.parametrize("address", NOBODY)
def test_an_address_of_no_host_is_never_called(address):
    assert refusal(address, private_allowed=True)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_called_only_where_allowed(address):
    assert refusal(address, private_allowed=True) == ""
    assert refusal(address, private_allowed=False) == "a private address"


@pytest.mark.parametrize("address", ["::ffff:10.0.0.1", "64:ff9b::a00:1"])
def test_a_private_address_does_not_hide_in_another(address):
    assert refusal(address, private_allowed=False) == "a private address"


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_called(address):
    assert refusal(address, private_allowed=False) == ""


def test_a_base_url_loses_its_last_slash():
    assert check_url("https://x.execute-api.us-east-1.amazonaws.com/dev/").endswith("/dev")


@pytest.mark.parametrize(
    "url",
    ["ftp://host", "file:///etc/passwd", "host:5001", "http://", "http://user:key@host"]
    + ["http://host?a=b", "http://host#x", "http://host:99999"],
)
def test_other_urls_are_refused(url):
    with pytest.raises(ValueError):
        check_url(url)
