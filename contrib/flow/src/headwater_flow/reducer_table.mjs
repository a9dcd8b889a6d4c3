// Written by `python -m headwater_flow._reducer_table`; change the tables there.
export default {
  "version": 1,
  "events": {
    "start": {
      "status": "connecting",
      "phase": "connecting",
      "activity": null,
      "does": "begin",
      "block": null,
      "needs": []
    },
    "text_start": {
      "status": "streaming",
      "phase": "streaming",
      "activity": "text",
      "does": "open",
      "block": "text",
      "needs": [
        "contentIndex"
      ]
    },
    "text_delta": {
      "status": "streaming",
      "phase": "streaming",
      "activity": "text",
      "does": "grow",
      "block": "text",
      "needs": [
        "contentIndex",
        "delta"
      ]
    },
    "text_end": {
      "status": "streaming",
      "phase": "streaming",
      "activity": null,
      "does": "close",
      "block": "text",
      "needs": [
        "contentIndex",
        "content"
      ]
    },
    "thinking_start": {
      "status": "streaming",
      "phase": "streaming",
      "activity": "thinking",
      "does": "open",
      "block": "thinking",
      "needs": [
        "contentIndex"
      ]
    },
    "thinking_delta": {
      "status": "streaming",
      "phase": "streaming",
      "activity": "thinking",
      "does": "grow",
      "block": "thinking",
      "needs": [
        "contentIndex",
        "delta"
      ]
    },
    "thinking_end": {
      "status": "streaming",
      "phase": "streaming",
      "activity": null,
      "does": "close",
      "block": "thinking",
      "needs": [
        "contentIndex",
        "content"
      ]
    },
    "refusal_start": {
      "status": "streaming",
      "phase": "streaming",
      "activity": "refusal",
      "does": "open",
      "block": "refusal",
      "needs": [
        "contentIndex"
      ]
    },
    "refusal_delta": {
      "status": "streaming",
      "phase": "streaming",
      "activity": "refusal",
      "does": "grow",
      "block": "refusal",
      "needs": [
        "contentIndex",
        "delta"
      ]
    },
    "refusal_end": {
      "status": "streaming",
      "phase": "streaming",
      "activity": null,
      "does": "close",
      "block": "refusal",
      "needs": [
        "contentIndex",
        "content"
      ]
    },
    "toolcall_start": {
      "status": "streaming",
      "phase": "tool-execution",
      "activity": "tool_call",
      "does": "open",
      "block": "toolcall",
      "needs": [
        "contentIndex",
        "id",
        "name"
      ]
    },
    "toolcall_delta": {
      "status": "streaming",
      "phase": "tool-execution",
      "activity": "tool_call",
      "does": "grow",
      "block": "toolcall",
      "needs": [
        "contentIndex",
        "delta"
      ]
    },
    "toolcall_end": {
      "status": "streaming",
      "phase": "streaming",
      "activity": null,
      "does": "close",
      "block": "toolcall",
      "needs": [
        "contentIndex",
        "toolCall"
      ]
    },
    "block_start": {
      "status": "streaming",
      "phase": "tool-execution",
      "activity": "block",
      "does": "open",
      "block": "block",
      "needs": [
        "contentIndex",
        "name"
      ]
    },
    "block_delta": {
      "status": "streaming",
      "phase": "tool-execution",
      "activity": "block",
      "does": "grow",
      "block": "block",
      "needs": [
        "contentIndex",
        "delta"
      ]
    },
    "block_end": {
      "status": "streaming",
      "phase": "streaming",
      "activity": null,
      "does": "close",
      "block": "block",
      "needs": [
        "contentIndex",
        "block"
      ]
    },
    "source": {
      "status": "streaming",
      "phase": "streaming",
      "activity": "source",
      "does": "put",
      "block": "source",
      "needs": [
        "contentIndex",
        "source"
      ]
    },
    "code_execution": {
      "status": "streaming",
      "phase": "tool-execution",
      "activity": "code_execution",
      "does": "put",
      "block": "code_execution",
      "needs": [
        "contentIndex",
        "execution"
      ]
    },
    "image": {
      "status": "streaming",
      "phase": "image-generation",
      "activity": "image",
      "does": "put",
      "block": "image",
      "needs": [
        "contentIndex",
        "stage"
      ]
    },
    "status": {
      "status": "streaming",
      "phase": "streaming",
      "activity": null,
      "does": "tell",
      "block": null,
      "needs": [
        "status"
      ]
    },
    "usage": {
      "status": "streaming",
      "phase": "finalizing",
      "activity": null,
      "does": "count",
      "block": null,
      "needs": [
        "usage"
      ]
    },
    "done": {
      "status": "complete",
      "phase": "complete",
      "activity": null,
      "does": "finish",
      "block": null,
      "needs": [
        "reason",
        "message"
      ]
    },
    "error": {
      "status": "error",
      "phase": "error",
      "activity": null,
      "does": "finish",
      "block": null,
      "needs": [
        "reason",
        "error"
      ]
    }
  },
  "statusEvents": {
    "retrying": {
      "status": "connecting",
      "phase": "connecting",
      "retries": 1,
      "drops": false
    },
    "failing_over": {
      "status": "connecting",
      "phase": "connecting",
      "retries": 1,
      "drops": false
    },
    "recovering": {
      "status": "connecting",
      "phase": "connecting",
      "retries": 1,
      "drops": false
    },
    "reset": {
      "status": "connecting",
      "phase": "connecting",
      "retries": 0,
      "drops": true
    },
    "queued": {
      "status": "paused",
      "phase": "connecting",
      "retries": 0,
      "drops": false
    },
    "paused": {
      "status": "paused",
      "phase": "streaming",
      "retries": 0,
      "drops": false
    },
    "resumed": {
      "status": "streaming",
      "phase": "streaming",
      "retries": 0,
      "drops": false
    }
  },
  "retrieved": "retrieved",
  "stream": {
    "new": {
      "start": "open"
    },
    "open": {
      "text_start": "open",
      "text_delta": "open",
      "text_end": "open",
      "thinking_start": "open",
      "thinking_delta": "open",
      "thinking_end": "open",
      "refusal_start": "open",
      "refusal_delta": "open",
      "refusal_end": "open",
      "toolcall_start": "open",
      "toolcall_delta": "open",
      "toolcall_end": "open",
      "block_start": "open",
      "block_delta": "open",
      "block_end": "open",
      "source": "open",
      "code_execution": "open",
      "image": "open",
      "status": "open",
      "usage": "counted",
      "done": "over",
      "error": "over"
    },
    "counted": {
      "done": "over",
      "error": "over"
    },
    "over": {}
  },
  "blocks": {
    "absent": {
      "text_start": "text",
      "thinking_start": "thinking",
      "refusal_start": "refusal",
      "toolcall_start": "toolcall",
      "block_start": "block",
      "source": "source",
      "code_execution": "code_execution",
      "image": "image"
    },
    "text": {
      "text_delta": "text",
      "text_end": "closed"
    },
    "thinking": {
      "thinking_delta": "thinking",
      "thinking_end": "closed"
    },
    "refusal": {
      "refusal_delta": "refusal",
      "refusal_end": "closed"
    },
    "toolcall": {
      "toolcall_delta": "toolcall",
      "toolcall_end": "closed"
    },
    "block": {
      "block_delta": "block",
      "block_end": "closed"
    },
    "source": {},
    "code_execution": {
      "code_execution": "code_execution"
    },
    "image": {
      "image": "image"
    },
    "closed": {}
  }
};
