"""Antigravity is the backend of Gemini CLI at another host."""

from __future__ import annotations

from headwater import Hub


def test_the_model_is_at_its_own_host() -> None:
    """Whatever variables say of the other backend; its token is the caller's own."""
    hub = Hub(environ={"CODE_ASSIST_ENDPOINT": "https://elsewhere.example", "GOOGLE_CLOUD_PROJECT": "p"})
    model = hub.model("google-antigravity/gemini-3-flash")
    assert (model.base_url, model.api) == ("https://daily-cloudcode-pa.googleapis.com", "google-gemini-cli")
    assert [credential.env for credential in model.auth.credentials] == ["GOOGLE_CLOUD_ACCESS_TOKEN"]
