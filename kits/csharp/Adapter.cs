// Stands between the conformance suite and what it judges: fill in this file, Protocol.cs does the rest.
//
// Throw new Refused("why") where your implementation does not do it, after nothing has changed. What still says Unsupported
// does so until you write it; then add its capability to Describe.

using System.Text.Json.Nodes;

Protocol.Serve(new Adapter());

public sealed class Adapter : IImplementation
{
    // By id: your implementation's tenant takes its place.
    private readonly SortedDictionary<string, JsonObject> cloud = new();

    // What it can be asked to do; cases that take more are not applicable.
    public JsonObject Describe() => new()
    {
        ["implementation"] = new JsonObject { ["name"] = "my-sync", ["version"] = "0.1.0", ["language"] = "C#" },
        ["editions"] = new JsonArray("2023-01"),
        ["capabilities"] = new JsonArray("users", "authorityFlag"),
        ["choices"] = new JsonObject(),
    };

    // Forget everything; `features` are the switches to start with.
    public void Reset(JsonObject features) => cloud.Clear();

    // Every cloud object there is; one in the recycle bin has "deleted": true.
    public IEnumerable<JsonObject> CloudObjects() => cloud.Values;

    // An administrator creates it: give it an id for life, and return that.
    public string CreateCloudObject(JsonObject setup)
    {
        var id = $"{cloud.Count + 1}";
        setup["id"] = id;
        setup["onPremisesSyncEnabled"] = false;
        cloud[id] = setup;
        return id;
    }

    // Connect runs one full cycle over these objects. With objectResults: by key, {"result": "provisioned"} and so on.
    public JsonObject Sync(IReadOnlyList<JsonObject> onPremises) => new();

    // Commands of an administrator, by their names. He edits the object: Protocol.WithChanges(thing, command["set"]),
    public void UpdateCloudObject(string id, JsonObject command) => throw new Unsupported("cloudEdits");
    // writes Protocol.Text(command, "value") as its anchor, null for none,
    public void SetImmutableId(string id, JsonObject command) => throw new Unsupported("immutableIdWrite");
    // gives the user Protocol.Text(command, "role"), or takes it away,
    public void AssignRole(string id, JsonObject command) => throw new Unsupported("roles");
    public void RemoveRole(string id, JsonObject command) => throw new Unsupported("roles");
    // takes it out of the recycle bin. DeleteCloudObject: recycleBin, or with "permanently" hardDelete.
    public void RestoreCloudObject(string id, JsonObject command) => throw new Unsupported("recycleBin");
    // SetFeature(JsonObject command): turns "feature" to "value"; softMatchSwitch, passwords, …
    // ReinstallConnect(JsonObject command): Connect forgets what it had joined; reinstall. Others go by their names too.
}
