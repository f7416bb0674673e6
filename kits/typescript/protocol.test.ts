/** What protocol.ts does for an adapter, on one that has everything the skeleton has not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Conversation, Refused, withChanges } from "./protocol.ts";
import type { CloudObject, OnPremisesObject, SyncResult } from "./types.ts";

class TestAdapter {
  cloud: CloudObject[] = [];
  describe() { return { implementation: { name: "test", version: "1" } }; }
  reset() { this.cloud = []; }
  cloudObjects() { return this.cloud; }
  async createCloudObject(setup: object) {
    this.cloud.push({ ...setup, id: "ann-id", kind: "user" });
    return "ann-id";
  }
  sync(onPremises: OnPremisesObject[]): Record<string, SyncResult> {
    for (const object of onPremises.slice(0, 2)) {
      this.cloud.push({
        id: `${object.key}-id`, kind: "user", onPremisesSyncEnabled: true, roles: [],
        onPremisesImmutableId: object.sourceAnchor, quarantined: object.key === "quin",
      });
      object.key = "changed by the implementation";
    }
    return { linked: { result: "joined", cloudId: "ann-id" } };
  }
  async assignRole(id: string, { role }: { role: string }) {
    for (const object of this.cloud) if (object.id === id) object.roles = [...(object.roles ?? []), role];
  }
  setImmutableId() { throw new Refused("no"); }
  restoreCloudObject() { throw new TypeError("a mistake"); }
}

async function begun() {
  const conversation = new Conversation(new TestAdapter());
  const say = (method: string, params: object): Promise<any> =>
    conversation.answer(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
  const apply = (command: object) => say("apply", { command });
  const onPremises = ["bob", "quin", "linked"].map((key) => ({ key, kind: "user", sourceAnchor: key }));
  await say("reset", { tenant: { cloud: [{ label: "ann", kind: "user" }], onPremises } });
  return { apply, synced: await apply({ do: "sync" }) };
}

const holders = (reply: any) =>
  reply.result.snapshot.cloud.filter((object: CloudObject) => object.roles?.length).map((object: CloudObject) => object.id);

test("references name what a cycle joined, linked or quarantined", async () => {
  for (const [object, holder] of [
    [{ joinedTo: "bob" }, "bob-id"], [{ quarantinedFor: "quin" }, "quin-id"],
    [{ joinedTo: "linked" }, "ann-id"], [{ label: "ann" }, "ann-id"],
  ]) {
    const { apply } = await begun();
    assert.deepEqual(holders(await apply({ do: "assignRole", object, role: "Reader" })), [holder]);
  }
  const { apply } = await begun();
  const missing = await apply({ do: "assignRole", object: { joinedTo: "quin" }, role: "Reader" });
  assert.deepEqual(missing.result.outcome, { status: "notFound" });
});

test("what was shown stays as it was", async () => {
  const { apply, synced } = await begun();
  await apply({ do: "assignRole", object: { joinedTo: "bob" }, role: "Reader" });
  assert.deepEqual(holders(synced), []);
  const keys = synced.result.snapshot.onPremises.map((object: OnPremisesObject) => object.key);
  assert.deepEqual(keys, ["bob", "quin", "linked"]);
});

test("a refusal is an outcome, and a mistake an error", async () => {
  const { apply } = await begun();
  const refused = await apply({ do: "setImmutableId", object: { label: "ann" }, value: "x" });
  assert.deepEqual(refused.result.outcome, { status: "refused", message: "no" });
  const mistaken = await apply({ do: "restoreCloudObject", object: { label: "ann" } });
  assert.equal(mistaken.error.code, -32603);
  const unknown = await apply({ do: "makeEligible", object: { label: "ann" } });
  assert.deepEqual(unknown.error.data, { capability: "roleEligibility" });
});

test("null and an empty list empty a field", () => {
  const before = { key: "a", userPrincipalName: "a@x", proxyAddresses: ["SMTP:a@x"], attributes: { mail: "a@x", c: "d" } };
  const set = { userPrincipalName: null, proxyAddresses: [], attributes: { mail: null, e: "f" } };
  assert.deepEqual(withChanges(before, set), { key: "a", attributes: { c: "d", e: "f" } });
  assert.deepEqual(withChanges(before, {}), before);
});
