/**
 * Stands between the conformance suite and what it judges: fill in this file, protocol.ts does the rest.
 *
 * Throw new Refused("why") where your implementation does not do it, after nothing has changed. What still says
 * `unsupported` does so until you write it; then add its capability to `describe`. Every function may be async.
 */
import { Refused, serve, unsupported, withChanges, type Adapter, type CommandOf, type Setup } from "./protocol.ts";
import type { CloudObject, Features, OnPremisesObject, SyncResult } from "./types.ts";

class MyAdapter implements Adapter {
  // Your implementation's tenant takes its place.
  private cloud = new Map<string, CloudObject>();

  // What it can be asked to do; cases that take more are not applicable.
  describe(): ReturnType<Adapter["describe"]> {
    return {
      implementation: { name: "my-sync", version: "0.1.0", language: "TypeScript" },
      editions: ["2023-01"],
      capabilities: ["users", "authorityFlag"],
      choices: {},
    };
  }

  // Forget everything; `features` are the switches to start with.
  reset(features: Features) { this.cloud.clear(); }

  // Every cloud object there is; one in the recycle bin has `deleted: true`.
  cloudObjects() { return [...this.cloud.values()]; }

  // An administrator creates it: give it an id for life, and return that.
  createCloudObject(setup: Setup) {
    const id = String(this.cloud.size + 1);
    this.cloud.set(id, { ...setup, id, onPremisesSyncEnabled: false });
    return id;
  }

  // Connect runs one full cycle over these objects. With objectResults: by key, { result: "provisioned" } and so on.
  sync(onPremises: OnPremisesObject[]): Record<string, SyncResult> { return {}; }

  // An administrator edits it: withChanges(object, command.set).
  updateCloudObject(id: string, command: CommandOf<"updateCloudObject">) { unsupported("cloudEdits"); }
  // … writes command.value as its anchor; null empties it.
  setImmutableId(id: string, command: CommandOf<"setImmutableId">) { unsupported("immutableIdWrite"); }
  // … gives the user command.role, or takes it away.
  assignRole(id: string, command: CommandOf<"assignRole">) { unsupported("roles"); }
  removeRole(id: string, command: CommandOf<"removeRole">) { unsupported("roles"); }
  // … deletes it, into the recycle bin or for good.
  deleteCloudObject(id: string, { permanently }: CommandOf<"deleteCloudObject">) { unsupported(permanently ? "hardDelete" : "recycleBin"); }
  // … takes it out of the recycle bin.
  restoreCloudObject(id: string) { unsupported("recycleBin"); }
  // setFeature(command): … turns command.feature to command.value; softMatchSwitch, passwords, …
  // reinstallConnect(): Connect forgets what it had joined; reinstall. Other commands go by their names too.
}

await serve(new MyAdapter());
