"""What a stage leaves behind is removed for real, from a mock of AWS's account."""

from deploy import leftovers


def test_a_bucket_goes_with_what_is_in_it(account):
    s3 = account.client("s3")
    s3.create_bucket(Bucket="left-behind")
    s3.put_object(Bucket="left-behind", Key="package.zip", Body=b"zip")
    leftovers.remove_bucket(s3, "left-behind")
    assert s3.list_buckets()["Buckets"] == []
