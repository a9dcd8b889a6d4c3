"""The api `google-vertex`: `streamGenerateContent` as Vertex AI has it."""

from __future__ import annotations

from headwater import Context, Model, WireRequest
from headwater_google.generate import GenerateContent, GoogleOptions, generate_request

from ._place import model_path, parent_of, read_vertex_compat


class VertexContent(GenerateContent):
    """The hooks of the api; all but the address are those of the Gemini API."""

    def request(self, model: Model, context: Context, options: GoogleOptions) -> WireRequest:
        """`POST {base}/projects/{project}/locations/{location}/publishers/google/models/{id}:...`."""
        compat = read_vertex_compat(model)
        path = model_path(model.id, parent_of(compat.project, compat.location))
        return generate_request(model, compat, context, options, path)


api = VertexContent()
