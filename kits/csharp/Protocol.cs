// The adapter protocol of entra-conformance, version 1. Adapter.cs is yours to fill in; this file you need not touch.
//
// It reads requests from standard input and answers them on standard output, keeps the on-premises directory and the
// suite's names for cloud objects, and passes every other command to the method of your adapter that has its name.

using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

/// <summary>What an adapter fills in, besides the methods that are called as commands are.</summary>
public interface IImplementation
{
    JsonObject Describe();
    void Reset(JsonObject features);
    IEnumerable<JsonObject> CloudObjects();
    string CreateCloudObject(JsonObject setup);
    JsonObject Sync(IReadOnlyList<JsonObject> onPremises);
}

/// <summary>Throw it where your implementation does not carry a command out, and has changed nothing.</summary>
public sealed class Refused : Exception
{
    public Refused(string why) : base(why) { }
}

/// <summary>A command takes a capability that is not declared.</summary>
public sealed class Unsupported : Exception
{
    public Unsupported(string? capability) : base("unsupported") => Capability = capability;

    public string? Capability { get; }
}

public sealed class Protocol
{
    /// <summary>A reference or a key names nothing.</summary>
    private sealed class NotFound : Exception { }

    // The capability that a command takes, for commands that an adapter has no method for.
    private static readonly Dictionary<string, string> Commands = new()
    {
        ["removeOnPremisesObject"] = "scope",
        ["updateCloudObject"] = "cloudEdits",
        ["setImmutableId"] = "immutableIdWrite",
        ["assignRole"] = "roles",
        ["removeRole"] = "roles",
        ["deleteCloudObject"] = "recycleBin",
        ["restoreCloudObject"] = "recycleBin",
        ["reinstallConnect"] = "reinstall",
        ["makeEligible"] = "roleEligibility",
        ["removeEligibility"] = "roleEligibility",
        ["setOnPremisesObjectIdentifier"] = "objectIdentifier",
        ["setCloudManaged"] = "sourceOfAuthority",
    };

    private static readonly Dictionary<string, string> Switches = new()
    {
        ["softMatch"] = "softMatchSwitch",
        ["blockSoftMatchEnabled"] = "softMatchSwitch",
        ["passwordHashSync"] = "passwords",
        ["passwordSyncEnabled"] = "passwords",
        ["blockCloudObjectTakeoverThroughHardMatch"] = "hardMatchSwitch",
        ["blockCloudObjectTakeoverThroughHardMatchEnabled"] = "hardMatchSwitch",
        ["softMatchOnUpnEnabled"] = "softMatchOnUpnSwitch",
        ["allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled"] = "identifierUpdateSwitch",
    };

    private static readonly string[] Ways = { "label", "joinedTo", "quarantinedFor" };

    private readonly IImplementation adapter;
    private readonly List<JsonObject> onPremises = new();
    // What commands call a cloud object, and its id.
    private Dictionary<(string Way, string Name), string>? names;
    private bool over;

    public Protocol(IImplementation adapter) => this.adapter = adapter;

    /// <summary>The text in a field, null where it has no value.</summary>
    public static string? Text(JsonObject? thing, string field) =>
        thing is not null && thing[field] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    /// <summary>The flag in a field, false where it has no value.</summary>
    public static bool Flag(JsonObject? thing, string field) =>
        thing is not null && thing[field] is JsonValue value && value.TryGetValue(out bool flag) && flag;

    /// <summary>
    /// The object after an update: a field that `set` does not name stays, null or an empty list empties one, attributes
    /// merge name by name. The object itself stays as it is.
    /// </summary>
    public static JsonObject WithChanges(JsonObject thing, JsonNode? set)
    {
        var after = Merged(thing, set as JsonObject);
        after["attributes"] = Merged(thing["attributes"] as JsonObject, (set as JsonObject)?["attributes"] as JsonObject);
        return Merged(after, null);
    }

    /// <summary>The fields of both without those that are empty; those of the second win.</summary>
    private static JsonObject Merged(JsonObject? before, JsonObject? after)
    {
        var all = new JsonObject();
        foreach (var source in new[] { before, after })
        {
            foreach (var (name, value) in source ?? new JsonObject())
            {
                all[name] = Copied(value);
            }
        }
        var empty = all.Where(field => field.Value is null or JsonArray { Count: 0 } or JsonObject { Count: 0 });
        foreach (var name in empty.Select(field => field.Key).ToList())
        {
            all.Remove(name);
        }
        return all;
    }

    private static T Copied<T>(T node) where T : JsonNode? => (T)node?.DeepClone()!;

    private static IEnumerable<JsonObject> Objects(JsonNode? list) =>
        (list as JsonArray ?? new JsonArray()).OfType<JsonObject>();

    private static string? CapabilityOf(JsonObject command, string does) => does switch
    {
        "setFeature" => Switches.GetValueOrDefault(Text(command, "feature") ?? ""),
        "deleteCloudObject" when Flag(command, "permanently") => "hardDelete",
        _ => Commands.GetValueOrDefault(does),
    };

    // Methods

    private JsonObject? Call(string? method, JsonObject parameters)
    {
        switch (method)
        {
            case "initialize":
                var described = Copied(adapter.Describe());
                described["protocol"] = 1;
                if (described["capabilities"] is not JsonArray)
                {
                    described["capabilities"] = new JsonArray();
                }
                described["capabilities"]!.AsArray().Add("batch");
                return described;
            case "reset":
                return Reset(parameters);
            case "apply":
                return Apply((JsonObject)parameters["command"]!);
            case "runCase":
                var told = Reset(parameters);
                var steps = new JsonArray();
                foreach (var command in Objects(parameters["commands"]))
                {
                    steps.Add(Apply(command));
                }
                told["steps"] = steps;
                return told;
            case "shutdown":
                over = true;
                return new JsonObject();
            default:
                return null;
        }
    }

    private JsonObject Reset(JsonObject parameters)
    {
        var tenant = parameters["tenant"] as JsonObject;
        onPremises.Clear();
        onPremises.AddRange(Objects(tenant?["onPremises"]));
        names = new();
        adapter.Reset(Merged(tenant?["features"] as JsonObject, null));
        foreach (var setup in Objects(tenant?["cloud"]))
        {
            CreateCloudObject(setup);
        }
        return new JsonObject { ["snapshot"] = Snapshot() };
    }

    private JsonObject Apply(JsonObject command)
    {
        if (names is null)
        {
            throw new InvalidOperationException("reset comes before apply");
        }
        JsonObject outcome;
        try
        {
            outcome = CarryOut(command);
        }
        catch (Refused reason)
        {
            outcome = new JsonObject { ["status"] = "refused", ["message"] = reason.Message };
        }
        catch (NotFound)
        {
            outcome = new JsonObject { ["status"] = "notFound" };
        }
        return new JsonObject { ["outcome"] = outcome, ["snapshot"] = Snapshot() };
    }

    /// <summary>The present state, copied, so that later commands do not change it.</summary>
    private JsonObject Snapshot() => new()
    {
        ["cloud"] = new JsonArray(adapter.CloudObjects().Select(thing => (JsonNode?)Copied(thing)).ToArray()),
        ["onPremises"] = new JsonArray(onPremises.Select(thing => (JsonNode?)Copied(thing)).ToArray()),
    };

    // Commands

    private JsonObject CarryOut(JsonObject command)
    {
        var does = Text(command, "do") ?? "";
        switch (does)
        {
            case "sync":
                return Sync();
            case "createCloudObject":
                CreateCloudObject((JsonObject)command["object"]!);
                break;
            case "createOnPremisesObject" or "updateOnPremisesObject" or "removeOnPremisesObject":
                ChangeOnPremises(does, command);
                break;
            default:
                var flags = BindingFlags.Instance | BindingFlags.Public | BindingFlags.IgnoreCase | BindingFlags.DeclaredOnly;
                var method = adapter.GetType().GetMethod(does, flags) ?? throw new Unsupported(CapabilityOf(command, does));
                var arguments = command["object"] is JsonObject reference
                    ? new object[] { Find(reference), command }
                    : new object[] { command };
                try
                {
                    method.Invoke(adapter, arguments);
                }
                catch (TargetInvocationException thrown) when (thrown.InnerException is not null)
                {
                    ExceptionDispatchInfo.Throw(thrown.InnerException);
                }
                break;
        }
        return new JsonObject { ["status"] = "ok" };
    }

    private void CreateCloudObject(JsonObject thing)
    {
        var setup = Copied(thing);
        var label = ("label", Text(setup, "label")!);
        setup.Remove("label");
        if (names!.ContainsKey(label))
        {
            throw new Refused("the label is in use");
        }
        names[label] = adapter.CreateCloudObject(setup);
    }

    private void ChangeOnPremises(string does, JsonObject command)
    {
        var created = command["object"] as JsonObject;
        var key = Text(created ?? command, "key");
        var place = onPremises.FindIndex(thing => Text(thing, "key") == key);
        if (created is not null)
        {
            if (place >= 0)
            {
                throw new Refused("the key is in use");
            }
            onPremises.Add(Copied(created));
            return;
        }
        var removes = does == "removeOnPremisesObject";
        if (removes && !Declares("scope"))
        {
            throw new Unsupported("scope");
        }
        if (place < 0)
        {
            throw new NotFound();
        }
        if (removes)
        {
            onPremises.RemoveAt(place);
        }
        else
        {
            onPremises[place] = WithChanges(onPremises[place], command["set"]);
        }
    }

    private bool Declares(string capability) =>
        adapter.Describe()["capabilities"] is JsonArray declared
            && declared.Any(word => word is not null && word.GetValue<string>() == capability);

    private JsonObject Sync()
    {
        var results = adapter.Sync(onPremises.Select(thing => Copied(thing)).ToList());
        var cloud = adapter.CloudObjects().ToList();
        foreach (var thing in onPremises)
        {
            var key = Text(thing, "key")!;
            var link = Text(results[key] as JsonObject, "cloudId");
            foreach (var other in cloud)
            {
                var carriesAnchor = Flag(other, "onPremisesSyncEnabled") && !Flag(other, "deleted")
                    && Text(other, "kind") == Text(thing, "kind")
                    && Text(other, "onPremisesImmutableId") == Text(thing, "sourceAnchor");
                if (link is null ? carriesAnchor : link == Text(other, "id"))
                {
                    names![(Flag(other, "quarantined") ? "quarantinedFor" : "joinedTo", key)] = Text(other, "id")!;
                }
            }
        }
        return new JsonObject { ["status"] = "ok", ["objects"] = Copied(results) };
    }

    /// <summary>The id of the cloud object that a command names, deleted or not.</summary>
    private string Find(JsonObject reference)
    {
        foreach (var way in Ways)
        {
            if (Text(reference, way) is { } name && names!.TryGetValue((way, name), out var id)
                && adapter.CloudObjects().Any(thing => Text(thing, "id") == id))
            {
                return id;
            }
        }
        throw new NotFound();
    }

    // JSON-RPC

    /// <summary>The reply to one line.</summary>
    public JsonObject Answer(string line)
    {
        var reply = new JsonObject { ["jsonrpc"] = "2.0", ["id"] = null };
        JsonNode? read;
        try
        {
            read = JsonNode.Parse(line);
        }
        catch (JsonException problem)
        {
            return Failed(reply, -32700, $"not JSON: {problem.Message}");
        }
        if (read is not JsonObject request)
        {
            return Failed(reply, -32600, "a request is an object");
        }
        reply["id"] = Copied(request["id"]);
        try
        {
            var result = Call(Text(request, "method"), request["params"] as JsonObject ?? new JsonObject());
            if (result is null)
            {
                return Failed(reply, -32601, $"unknown method {request["method"]}");
            }
            reply["result"] = result;
            return reply;
        }
        catch (Unsupported reason)
        {
            return Failed(reply, -32001, "unsupported", reason.Capability);
        }
        catch (Exception problem) // a mistake in the adapter or behind it: say so, and go on
        {
            Console.Error.WriteLine(problem);
            return Failed(reply, -32603, $"{problem.GetType().Name}: {problem.Message}");
        }
    }

    private static JsonObject Failed(JsonObject reply, int code, string message, string? capability = null)
    {
        var error = new JsonObject { ["code"] = code, ["message"] = message };
        if (capability is not null)
        {
            error["data"] = new JsonObject { ["capability"] = capability };
        }
        reply["error"] = error;
        return reply;
    }

    /// <summary>Answers requests until the suite says that it is over, or is gone.</summary>
    public static void Serve(IImplementation adapter)
    {
        // Replies get standard output for themselves: what anything else prints goes to standard error.
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        using var requests = new StreamReader(Console.OpenStandardInput(), utf8);
        using var replies = Console.OpenStandardOutput();
        Console.SetOut(Console.Error);
        var form = new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        var protocol = new Protocol(adapter);
        while (!protocol.over && requests.ReadLine() is { } line)
        {
            replies.Write(utf8.GetBytes(protocol.Answer(line).ToJsonString(form) + "\n"));
            replies.Flush();
        }
    }
}
