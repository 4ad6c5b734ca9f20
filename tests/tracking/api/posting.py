"""Posts JSON as the Next.js backend does."""

from django.test import Client


def post(client: Client, body: object, path: str = "/track", **headers: str):
    return client.post(path, body, content_type="application/json", headers=headers)
