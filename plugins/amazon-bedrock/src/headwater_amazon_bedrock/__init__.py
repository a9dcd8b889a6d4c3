"""Amazon Bedrock for headwater: every model over ConverseStream, Claude also in its own protocol.

`provider` is Bedrock in any region; `aws_key` makes one key of the parts that AWS gives. `Guardrail`
is an option of both apis, `ConverseCompat` the flags in which models differ.
"""

from __future__ import annotations

from ._compat import ConverseCompat as ConverseCompat
from ._families import FAMILIES
from ._keys import aws_key as aws_key
from ._options import Guardrail as Guardrail
from ._provider import Bedrock, make_auth

provider = Bedrock(
    name="amazon-bedrock",
    base_url="https://bedrock-runtime.us-east-1.amazonaws.com",
    api="bedrock-converse-stream",
    auth=make_auth(),
    catalogue_file="headwater_amazon_bedrock:models.json",
    families=FAMILIES,
)

__all__ = ["ConverseCompat", "Guardrail", "aws_key", "provider"]
