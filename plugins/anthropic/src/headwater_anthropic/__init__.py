"""Anthropic for headwater, and the Messages protocol for everybody who speaks it.

`provider` is Anthropic itself. Other plugins and endpoints by URL use the api
`anthropic-messages` with compat flags of their own (`MessagesCompat`; `claude_family`
says what is known of a Claude model wherever it is hosted, `with_claude` puts it over
a host's terms). What stands on the protocol in another envelope takes `messages_body` and `MessagesParser` from
`headwater_anthropic.messages`.
"""

from __future__ import annotations

from headwater import Auth, Credential

from ._compat import MessagesCompat as MessagesCompat
from ._errors import ERROR_CODES as ERROR_CODES
from ._families import FAMILIES, FIRST_PARTY
from ._families import claude_family as claude_family
from ._families import with_claude as with_claude
from ._provider import Anthropic

provider = Anthropic(
    name="anthropic",
    base_url="https://api.anthropic.com",
    api="anthropic-messages",
    auth=Auth(
        credentials=(
            # A token of OAuth is shown as one, whatever program asks; never beside a key (wire section 2).
            Credential(
                env="ANTHROPIC_OAUTH_TOKEN",
                headers={"anthropic-beta": "oauth-2025-04-20"},
                key_prefix="sk-ant-oat",
            ),
            Credential(env="ANTHROPIC_API_KEY", header="x-api-key", prefix=""),
        )
    ),
    quirks=FIRST_PARTY,
    catalogue_file="headwater_anthropic:models.json",
    families=FAMILIES,
    defaults={"input": ("text", "image", "document")},
    codes=ERROR_CODES,
)

__all__ = ["ERROR_CODES", "MessagesCompat", "claude_family", "provider", "with_claude"]
