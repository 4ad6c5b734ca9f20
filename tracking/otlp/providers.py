"""Providers by the names of OpenTelemetry's conventions, whatever a sender calls them.

Knows no Django.
"""

# Names of AI SDK, OpenInference, LiteLLM, LangChain and older conventions.
ALIASES = {
    "amazon_bedrock": "aws.bedrock",
    "aws": "aws.bedrock",
    "az.ai.inference": "azure.ai.inference",
    "az.ai.openai": "azure.ai.openai",
    "azure": "azure.ai.openai",
    "azure_openai": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "bedrock_converse": "aws.bedrock",
    "gemini": "gcp.gemini",
    "google": "gcp.gemini",
    "google_genai": "gcp.gemini",
    "google_vertex": "gcp.vertex_ai",
    "mistral": "mistral_ai",
    "mistralai": "mistral_ai",
    "moonshotai": "moonshot_ai",
    "vertex_ai": "gcp.vertex_ai",
    "vertexai": "gcp.vertex_ai",
    "watsonx": "ibm.watsonx.ai",
    "xai": "x_ai",
}
DOTTED = ("aws.", "azure.", "gcp.", "ibm.")


def provider_name(said: str) -> str:
    """AI SDK adds what it calls: `openai.chat`, `google.generative-ai`, `google.vertex.chat`."""
    name = said.strip().lower().replace("-", "_")
    if name in ALIASES:
        return ALIASES[name]
    if name.startswith("google.vertex"):
        return "gcp.vertex_ai"
    if name.startswith(DOTTED):
        return name
    first = name.partition(".")[0]
    return ALIASES.get(first, first)
