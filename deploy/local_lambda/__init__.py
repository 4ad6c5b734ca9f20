"""The packaged zip on AWS's own Lambda runtime, on this machine: `make lambda`."""
