// The reducer of headwater-flow for browsers and Node: the same states as the Python one, of events as JSON.
//
//   import { initialState, reduce } from "./reducer.mjs";
//   let state = initialState();
//   for (const event of events) state = reduce(state, event);   // events: what `to_json(event)` wrote
//
// States are plain JSON, never changed; `StreamState.from_dict` of Python reads them and `to_dict` writes them.
// What it does with each event stands in reducer_table.mjs; what it does with wrong ones, in _reduce.py.

import TABLE from "./reducer_table.mjs";

const TEXTS = {
  text: ["texts", "text"],
  thinking: ["thoughts", "thinking"],
  refusal: ["refusals", "refusal"],
};

/** A stream that has not begun. */
export function initialState() {
  return {
    status: "idle", phase: "idle", activity: null, thinkingComplete: false,
    activeTools: [], completedTools: [], sources: [], image: null, images: [], codeExecutions: [],
    retrievedNotes: [], notes: [], processingStatus: null,
    inputTokens: 0, outputTokens: 0, usageProvenance: "absent", startTime: null, duration: 0,
    provider: null, model: null, logId: null, reason: null, error: null, retryCount: 0,
    events: 0, problems: 0, problem: null, course: "new", blocks: {},
    texts: {}, thoughts: {}, refusals: {}, text: "", thinking: "", refusal: "",
  };
}

/** The state after an event; `now` is the time in seconds. Never throws for what an event may hold. */
export function reduce(state, event, now = Date.now() / 1000) {
  const changes = { events: state.events + 1 };
  if (state.startTime !== null && state.course !== "over") changes.duration = now - state.startTime;
  const effect = own(TABLE.events, event?.type);
  if (effect === undefined || !readable(event, effect)) {
    return { ...state, ...problem(state, changes, "something came that is no event") };
  }
  try {
    return { ...state, ...reduced(state, event, effect, now, changes) };
  } catch (error) {
    const plain = { events: state.events + 1 };
    return { ...state, ...problem(state, plain, `${event.type} could not be used: ${error.name}`) };
  }
}

function own(table, key) {
  return typeof key === "string" && Object.hasOwn(table, key) ? table[key] : undefined;
}

const KINDS = {
  contentIndex: Number.isInteger,
  delta: isText,
  content: isText,
  id: isText,
  name: isText,
  status: isText,
};

function isText(value) {
  return typeof value === "string";
}

function isObject(value) {
  return typeof value === "object" && value !== null;
}

function readable(event, effect) {
  return effect.needs.every((name) => {
    const check = KINDS[name];
    if (check !== undefined) return check(event[name]);
    return name === "reason" || name === "stage" ? isText(event[name]) : isObject(event[name]);
  });
}

function problem(state, changes, words) {
  changes.problems = state.problems + 1;
  changes.problem ??= words; // the first of an event's, as the grammar has it
  return changes;
}

function reduced(state, event, effect, now, changes) {
  const { course } = state;
  const kind = event.type;
  let following = own(TABLE.stream[course], kind);
  if (following === undefined) {
    problem(state, changes, `${kind} in a stream that is ${course}`);
    if (course === "over" || kind === "start") return changes;
    following = course === "new" ? TABLE.stream.open[kind] : course;
  }
  if (course === "new") Object.assign(changes, { startTime: now, duration: 0 });
  changes.course = following;
  if (effect.block !== null && !takeBlock(state, event, effect, changes)) return changes;
  return DOES[effect.does](state, event, effect, changes);
}

function takeBlock(state, event, effect, changes) {
  const index = event.contentIndex;
  const stands = own(state.blocks, String(index)) ?? "absent";
  let moves = own(TABLE.blocks[stands], event.type);
  if (moves === undefined) {
    problem(state, changes, `${event.type} at content index ${index}, where the block is ${stands}`);
    if (stands !== "absent") return false;
    moves = effect.does === "close" ? "closed" : effect.block;
  }
  if (moves !== stands) changes.blocks = { ...state.blocks, [index]: moves };
  return true;
}

function stand(effect, changes) {
  return Object.assign(changes, { status: effect.status, phase: effect.phase, activity: effect.activity });
}

function write(state, changes, [texts, all], index, text, replaces) {
  const before = own(state[texts], String(index));
  changes[texts] = { ...state[texts], [index]: replaces ? text : (before ?? "") + text };
  const indexes = Object.keys(changes[texts]).map(Number).sort((a, b) => a - b);
  const atEnd = !replaces && indexes.at(-1) === index;
  changes[all] = atEnd ? state[all] + text : indexes.map((one) => changes[texts][one]).join("");
}

function tool(contentIndex, id, name, more = {}) {
  return { contentIndex, id, name, state: "active", arguments: null, argumentsText: "", ...more };
}

const DOES = {
  begin: (state, event, effect, changes) => stand(effect, changes),

  open(state, event, effect, changes) {
    if (effect.block === "toolcall") {
      changes.activeTools = [...state.activeTools, tool(event.contentIndex, event.id, event.name)];
    } else if (effect.block === "thinking") {
      changes.thinkingComplete = false;
    }
    return stand(effect, changes);
  },

  grow(state, event, effect, changes) {
    const index = event.contentIndex;
    if (effect.block in TEXTS) {
      write(state, changes, TEXTS[effect.block], index, event.delta, false);
    } else if (effect.block === "toolcall") {
      const tools = changes.blocks === undefined ? state.activeTools : [...state.activeTools, tool(index, "", "")];
      changes.activeTools = tools.map((one) =>
        one.contentIndex === index ? { ...one, argumentsText: one.argumentsText + event.delta } : one,
      );
    }
    return stand(effect, changes);
  },

  close(state, event, effect, changes) {
    const index = event.contentIndex;
    stand(effect, changes);
    if (effect.block in TEXTS) {
      if (event.replaced || own(state.blocks, String(index)) === undefined) {
        write(state, changes, TEXTS[effect.block], index, event.content, true);
      }
      if (effect.block === "thinking") {
        changes.thinkingComplete = !Object.values(changes.blocks).includes("thinking");
      }
    } else if (effect.block === "toolcall") {
      const { id, name, arguments: given } = event.toolCall;
      changes.activeTools = state.activeTools.filter((one) => one.contentIndex !== index);
      changes.completedTools = [
        ...state.completedTools, tool(index, id, name, { state: "complete", arguments: given ?? {} }),
      ];
      if (changes.activeTools.length > 0) changes.phase = "tool-execution";
    }
    return changes;
  },

  put(state, event, effect, changes) {
    const contentIndex = event.contentIndex;
    stand(effect, changes);
    if (effect.block === "source") {
      changes.sources = [...state.sources, event.source];
    } else if (effect.block === "code_execution") {
      const { execution } = event;
      const others = state.codeExecutions.filter((one) => one.contentIndex !== contentIndex);
      changes.codeExecutions = [...others, { contentIndex, execution }];
      if ((execution.success ?? null) !== null) changes.phase = "streaming";
    } else {
      const { stage, image } = event;
      const over = stage === "complete" || stage === "error";
      changes.image = {
        contentIndex, inProgress: !over, stage, progress: event.progress ?? null,
        error: stage === "error" ? event.message ?? null : null,
      };
      if (over) changes.phase = "streaming";
      if (stage === "complete" && isObject(image)) changes.images = [...state.images, image];
    }
    return changes;
  },

  tell(state, event, effect, changes) {
    const data = event.data ?? {};
    changes.processingStatus = { status: event.status, data };
    if (event.status === TABLE.retrieved && Array.isArray(data.notes)) {
      changes.retrievedNotes = [...state.retrievedNotes, ...data.notes];
    }
    const told = own(TABLE.statusEvents, event.status);
    if (told !== undefined) {
      Object.assign(changes, {
        status: told.status, phase: told.phase, retryCount: state.retryCount + told.retries,
      });
      if (told.drops) {
        Object.assign(changes, {
          activity: null, thinkingComplete: false, activeTools: [], completedTools: [], sources: [],
          image: null, images: [], codeExecutions: [], blocks: {}, texts: {}, thoughts: {}, refusals: {},
          text: "", thinking: "", refusal: "",
        });
      }
    }
    return changes;
  },

  count: (state, event, effect, changes) => counted(event.usage, stand(effect, changes)),

  finish(state, event, effect, changes) {
    const message = event.type === "error" ? event.error : event.message;
    const open = Object.values(state.blocks).some((one) => one in TEXTS);
    if (open && event.type === "done") problem(state, changes, "done while a block is open");
    counted(message.usage, stand(effect, changes));
    Object.assign(changes, {
      activeTools: [],
      completedTools: [...state.completedTools, ...state.activeTools.map((one) => ({ ...one, state: "cut" }))],
      provider: message.provider || null,
      model: message.model || null,
      logId: message.responseId ?? null,
      reason: event.reason,
      notes: message.notes ?? [],
    });
    if (state.image?.inProgress) changes.image = { ...state.image, inProgress: false };
    if (event.type === "error") {
      const info = message.error;
      changes.error = {
        kind: info ? info.kind : "unknown",
        message: info ? info.message : "the stream ended in an error that is not told",
        recoverable: info?.retryable ?? false,
        retryAfter: info?.retryAfter ?? null,
      };
    }
    return changes;
  },
};

function counted(usage, changes) {
  if (usage && (usage.provenance ?? "absent") !== "absent") {
    changes.inputTokens = (usage.input ?? 0) + (usage.cacheRead ?? 0) + (usage.cacheWrite ?? 0);
    changes.outputTokens = usage.output ?? 0;
    changes.usageProvenance = usage.provenance;
  }
  return changes;
}
