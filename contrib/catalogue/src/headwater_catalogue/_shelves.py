"""Which provider's catalogue goes where, and what the sources call that provider."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen


@frozen
class Shelf:
    """A catalogue: of provider `name`, in the package `package` as `file`.

    `pi`, `genai` and `litellm` are the provider's names in the sources (None: not there);
    `litellm_prefix` stands before ids in the last. `priced` is False where one pays by subscription, and the
    sources give the list price of somebody else. `more` finds ids of models that litellm alone knows.
    `apis` are the protocols of which a model may have one of its own. `like` is the provider whose plugin
    describes these models, where that is another one. `coarse`: its plugin's families are for ids that nobody
    knows, so that the source's word on a model wins, but for Claudes over Messages.
    """

    name: str
    package: str
    pi: str | None = None
    genai: str | None = None
    litellm: Sequence[str] = ()
    litellm_prefix: str = ""
    file: str = "models.json"
    priced: bool = True
    more: str = ""
    apis: Sequence[str] = ()
    like: str = ""
    coarse: bool = False

    @property
    def folder(self) -> str:
        """Its plugin's folder."""
        return self.package.removeprefix("headwater_").replace("_", "-")


SHELVES: Sequence[Shelf] = (
    Shelf("amazon-bedrock", "headwater_amazon_bedrock", "amazon-bedrock", "aws", ("bedrock_converse", "bedrock")),
    Shelf("anthropic", "headwater_anthropic", "anthropic", "anthropic", ("anthropic",), more=r"^claude-"),
    Shelf(
        "azure-openai",
        "headwater_azure_openai",
        "azure",
        "azure",
        ("azure",),
        "azure/",
        like="openai",
        more=r"^(gpt|o\d|grok|model-r)[^/]*$",
    ),
    Shelf("cerebras", "headwater_cerebras", "cerebras", "cerebras", ("cerebras",), "cerebras/"),
    Shelf("cohere", "headwater_cohere", None, "cohere", ("cohere_chat", "cohere"), more=r"^command-|^c4ai-"),
    Shelf("deepseek", "headwater_deepseek", "deepseek", "deepseek", ("deepseek",), "deepseek/", more=r"^deepseek-v4"),
    Shelf("fireworks", "headwater_fireworks", "fireworks", "fireworks", ("fireworks_ai",), "fireworks_ai/"),
    Shelf(
        "github-copilot",
        "headwater_github_copilot",
        "github-copilot",
        litellm=("github_copilot",),
        litellm_prefix="github_copilot/",
        priced=False,
        apis=("openai-completions", "openai-responses", "anthropic-messages"),
        coarse=True,
    ),
    Shelf(
        "google",
        "headwater_google",
        "google",
        "google",
        ("gemini",),
        "gemini/",
        more=r"^(gemini|gemma)-\d(?!.*tts)|^gemini-[a-z-]+-latest",
    ),
    Shelf(
        "google-vertex",
        "headwater_google_vertex",
        "google-vertex",
        "google",
        ("vertex_ai-language-models",),
        more=r"^gemini-\d(?!.*tts)",
    ),
    Shelf("groq", "headwater_groq", "groq", "groq", ("groq",), "groq/"),
    Shelf("huggingface", "headwater_huggingface", "huggingface"),
    Shelf("minimax", "headwater_minimax", "minimax", "minimax", ("minimax",), "minimax/"),
    Shelf("mistral", "headwater_mistral", "mistral", "mistral", ("mistral",), "mistral/"),
    Shelf("moonshot", "headwater_moonshot", "moonshotai", "moonshotai", ("moonshot",), "moonshot/"),
    Shelf("kimi-coding", "headwater_moonshot", "kimi-coding", file="models-coding.json", priced=False),
    Shelf("moonshot-cn", "headwater_moonshot", "moonshotai-cn", file="models-cn.json"),
    Shelf("minimax-cn", "headwater_minimax", "minimax-cn", file="models-cn.json"),
    Shelf("zai-coding", "headwater_zai", "zai", file="models-plan.json", priced=False),
    Shelf(
        "opencode-go",
        "headwater_opencode",
        "opencode-go",
        file="models-go.json",
        priced=False,
        apis=("openai-completions", "openai-responses", "anthropic-messages", "google-generative-ai"),
        coarse=True,
    ),
    Shelf("openai", "headwater_openai", "openai", "openai", ("openai",), more=r"^(gpt-|o\d|chat|computer-use)"),
    Shelf("openai-codex", "headwater_openai_codex", "openai-codex", priced=False, like="openai"),
    Shelf(
        "opencode",
        "headwater_opencode",
        "opencode",
        apis=("openai-completions", "openai-responses", "anthropic-messages", "google-generative-ai"),
        coarse=True,
    ),
    Shelf("openrouter", "headwater_openrouter", "openrouter", "openrouter", ("openrouter",), "openrouter/"),
    Shelf(
        "perplexity",
        "headwater_perplexity",
        None,
        "perplexity",
        ("perplexity",),
        "perplexity/",
        more=r"^sonar(-pro|-reasoning-pro|-deep-research)?$",
    ),
    Shelf("together", "headwater_together", "together", "together", ("together_ai",), "together_ai/"),
    Shelf(
        "vercel-ai-gateway",
        "headwater_vercel_ai_gateway",
        "vercel-ai-gateway",
        litellm=("vercel_ai_gateway",),
        litellm_prefix="vercel_ai_gateway/",
    ),
    Shelf(
        "xai", "headwater_xai", "xai", "x-ai", ("xai",), "xai/", more=r"^grok-(?!.*(beta|experimental|gv2|code))[^/]*$"
    ),
    Shelf("zai", "headwater_zai", "zai", "zai", ("zai",), "zai/"),
)
