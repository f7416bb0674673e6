/**
 * The adapter protocol of entra-conformance, version 1. adapter.ts is yours to fill in; this file you need not touch.
 *
 * It reads requests from standard input and answers them on standard output, keeps the on-premises directory and the
 * suite's names for cloud objects, and passes every other command to the function of your adapter that has its name.
 */
import { writeSync } from "node:fs";
import type * as t from "./types.ts";

/** The command with this name, without its name. */
export type CommandOf<Do extends t.Command["do"]> = Extract<t.Command, { do: Do }>;

/** A cloud object to create; the suite's name for it stays here. */
export type Setup = Omit<t.CloudSetup, "label">;

type Answer<T> = T | Promise<T>;

/** What an adapter fills in. Commands that it has no function for are answered as unsupported. */
export interface Adapter {
  describe(): Omit<t.InitializeResult, "protocol">;
  reset(features: t.Features): Answer<void>;
  cloudObjects(): Answer<t.CloudObject[]>;
  createCloudObject(setup: Setup): Answer<string>;
  sync(onPremises: t.OnPremisesObject[]): Answer<Record<string, t.SyncResult>>;
}

/** Throw it where your implementation does not carry a command out, and has changed nothing. */
export class Refused extends Error {}

/** A reference or a key names nothing. */
class NotFound extends Error {}

/** What takes a capability that is not declared. */
class Unsupported extends Error {
  capability: string | undefined;
  constructor(capability: string | undefined) {
    super("unsupported");
    this.capability = capability;
  }
}

export function unsupported(capability: t.Capability): never {
  throw new Unsupported(capability);
}

type Fields = Record<string, unknown>;

const hasValue = (value: unknown): boolean =>
  value !== null && value !== undefined && !(typeof value === "object" && Object.keys(value).length === 0);

const withoutEmpty = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => hasValue(value)));

/**
 * The object after an update: a field that `set` does not name stays, null or an empty list empties one, attributes merge
 * name by name. The object itself stays as it is.
 */
export function withChanges<T extends { attributes?: unknown }>(object: T, set: Fields): T {
  const attributes = withoutEmpty({ ...(object.attributes as Fields), ...(set.attributes as Fields) });
  return withoutEmpty({ ...object, ...set, attributes }) as T;
}

/** The capability that a command takes, for commands that an adapter has no function for. */
const COMMANDS: Record<string, string> = {
  removeOnPremisesObject: "scope",
  updateCloudObject: "cloudEdits",
  setImmutableId: "immutableIdWrite",
  assignRole: "roles",
  removeRole: "roles",
  deleteCloudObject: "recycleBin",
  restoreCloudObject: "recycleBin",
  reinstallConnect: "reinstall",
  makeEligible: "roleEligibility",
  removeEligibility: "roleEligibility",
  setOnPremisesObjectIdentifier: "objectIdentifier",
  setCloudManaged: "sourceOfAuthority",
};
const SWITCHES: Record<string, string> = {
  softMatch: "softMatchSwitch",
  blockSoftMatchEnabled: "softMatchSwitch",
  passwordHashSync: "passwords",
  passwordSyncEnabled: "passwords",
  blockCloudObjectTakeoverThroughHardMatch: "hardMatchSwitch",
  blockCloudObjectTakeoverThroughHardMatchEnabled: "hardMatchSwitch",
  softMatchOnUpnEnabled: "softMatchOnUpnSwitch",
  allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled: "identifierUpdateSwitch",
};

// Commands are told apart by their names only, so that those of later editions need nothing here.
type AnyCommand = Fields & { do: string };

function capabilityOf(command: AnyCommand): string | undefined {
  if (command.do === "setFeature") return SWITCHES[command.feature as string];
  if (command.do === "deleteCloudObject" && command.permanently) return "hardDelete";
  return COMMANDS[command.do];
}

const copied = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const NAMES = ["label", "joinedTo", "quarantinedFor"] as const;

export class Conversation {
  running = true;
  private readonly adapter: Adapter;
  private onPremises = new Map<string, t.OnPremisesObject>();
  /** What commands call a cloud object, and its id. */
  private names: Record<(typeof NAMES)[number], Map<string, string>> | undefined;

  constructor(adapter: Adapter) {
    this.adapter = adapter;
  }

  // Methods

  private async method(name: unknown, params: any): Promise<unknown> {
    switch (name) {
      case "initialize": {
        const described = this.adapter.describe();
        return { protocol: 1, ...described, capabilities: [...(described.capabilities ?? []), "batch"] };
      }
      case "reset":
        return this.reset(params);
      case "apply":
        return this.apply(params.command);
      case "runCase": {
        const start = await this.reset(params);
        const steps = [];
        for (const command of params.commands ?? []) steps.push(await this.apply(command));
        return { ...start, steps };
      }
      case "shutdown":
        this.running = false;
        return {};
      default:
        return undefined;
    }
  }

  private async reset({ tenant }: any) {
    this.onPremises = new Map((tenant.onPremises ?? []).map((object: t.OnPremisesObject) => [object.key, object]));
    this.names = { label: new Map(), joinedTo: new Map(), quarantinedFor: new Map() };
    await this.adapter.reset(tenant.features ?? {});
    for (const setup of tenant.cloud ?? []) await this.createCloudObject(setup);
    return { snapshot: await this.snapshot() };
  }

  private async apply(command: AnyCommand) {
    if (!this.names) throw new Error("reset comes before apply");
    let outcome: t.Outcome;
    try {
      outcome = await this.carryOut(command);
    } catch (reason) {
      if (reason instanceof Refused) outcome = { status: "refused", message: reason.message };
      else if (reason instanceof NotFound) outcome = { status: "notFound" };
      else throw reason;
    }
    return { outcome, snapshot: await this.snapshot() };
  }

  /** The present state, copied, so that later commands do not change it. */
  private async snapshot() {
    return copied({ cloud: await this.adapter.cloudObjects(), onPremises: [...this.onPremises.values()] });
  }

  // Commands

  private async carryOut(command: AnyCommand): Promise<t.Outcome> {
    switch (command.do) {
      case "sync":
        return this.sync();
      case "createCloudObject":
        await this.createCloudObject(command.object as t.CloudSetup);
        break;
      case "createOnPremisesObject":
      case "updateOnPremisesObject":
      case "removeOnPremisesObject":
        this.changeOnPremises(command);
        break;
      default: {
        const run = (this.adapter as any)[command.do];
        if (typeof run !== "function") throw new Unsupported(capabilityOf(command));
        const target = command.object ? [await this.find(command.object as Fields)] : [];
        await run.call(this.adapter, ...target, command);
      }
    }
    return { status: "ok" };
  }

  private async createCloudObject({ label, ...setup }: t.CloudSetup) {
    if (this.names!.label.has(label)) throw new Refused("the label is in use");
    this.names!.label.set(label, await this.adapter.createCloudObject(setup));
  }

  private changeOnPremises(command: AnyCommand) {
    const object = command.object as t.OnPremisesObject | undefined;
    const key = object?.key ?? (command.key as string);
    const before = this.onPremises.get(key);
    if (object) {
      if (before) throw new Refused("the key is in use");
      this.onPremises.set(key, object);
      return;
    }
    const removes = command.do === "removeOnPremisesObject";
    const capabilities: string[] = this.adapter.describe().capabilities ?? [];
    if (removes && !capabilities.includes("scope")) throw new Unsupported("scope");
    if (!before) throw new NotFound();
    if (removes) this.onPremises.delete(key);
    else this.onPremises.set(key, withChanges(before, (command.set ?? {}) as Fields));
  }

  private async sync(): Promise<t.Outcome> {
    const objects = (await this.adapter.sync(copied([...this.onPremises.values()]))) ?? {};
    const cloud = await this.adapter.cloudObjects();
    for (const [key, object] of this.onPremises) {
      const link = objects[key]?.cloudId;
      const carriesAnchor = (other: t.CloudObject) =>
        other.onPremisesSyncEnabled && !other.deleted && other.kind === object.kind &&
        other.onPremisesImmutableId === object.sourceAnchor;
      for (const other of cloud.filter(link ? (other) => other.id === link : carriesAnchor)) {
        this.names![other.quarantined ? "quarantinedFor" : "joinedTo"].set(key, other.id);
      }
    }
    return { status: "ok", objects };
  }

  /** The id of the cloud object that a command names, deleted or not. */
  private async find(reference: Fields): Promise<string> {
    const way = NAMES.find((name) => reference[name] != null);
    const id = way && this.names![way].get(reference[way] as string);
    if (!(await this.adapter.cloudObjects()).some((object) => object.id === id)) throw new NotFound();
    return id!;
  }

  // JSON-RPC

  /** The reply to one line. */
  async answer(line: string): Promise<Fields> {
    let id: unknown = null;
    const failed = (code: number, message: string, data?: Fields) =>
      ({ jsonrpc: "2.0", id, error: { code, message, ...(data && { data }) } });
    let request: any;
    try {
      request = JSON.parse(line);
    } catch (problem) {
      return failed(-32700, `not JSON: ${problem}`);
    }
    if (request === null || typeof request !== "object" || Array.isArray(request)) {
      return failed(-32600, "a request is an object");
    }
    id = request.id ?? null;
    try {
      const result = await this.method(request.method, request.params ?? {});
      return result === undefined ? failed(-32601, `unknown method ${request.method}`) : { jsonrpc: "2.0", id, result };
    } catch (problem) {
      if (problem instanceof Unsupported) {
        return failed(-32001, "unsupported", problem.capability ? { capability: problem.capability } : undefined);
      }
      console.error(problem); // a mistake in the adapter or behind it: say so, and go on
      return failed(-32603, String(problem));
    }
  }
}

/** Answers requests until the suite says that it is over, or is gone. */
export async function serve(adapter: Adapter): Promise<void> {
  // Replies get standard output for themselves: what anything else prints goes to standard error.
  process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;
  const conversation = new Conversation(adapter);
  for await (const line of lines(process.stdin)) {
    writeAll(JSON.stringify(await conversation.answer(line)) + "\n");
    if (!conversation.running) break;
  }
  process.exit(0);
}

/** What ends in a line feed, and in nothing else: Node's own reader of lines ends them at U+2028 too. */
async function* lines(input: NodeJS.ReadStream): AsyncGenerator<string> {
  let begun = "";
  for await (const chunk of input.setEncoding("utf8")) {
    const parts = (begun + chunk).split("\n");
    begun = parts.pop()!;
    yield* parts;
  }
  if (begun) yield begun;
}

/** Writes a reply whole, also where the pipe is full for a while or nobody reads any more. */
function writeAll(text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (problem) {
      const code = (problem as NodeJS.ErrnoException).code;
      if (code === "EPIPE") process.exit(0);
      if (code !== "EAGAIN") throw problem;
    }
  }
}
