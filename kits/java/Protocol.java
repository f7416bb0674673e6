import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The adapter protocol of entra-conformance, version 1. Adapter.java is yours to fill in; this file you need not touch.
 *
 * It reads requests from standard input and answers them on standard output, keeps the on-premises directory and the
 * suite's names for cloud objects, and passes every other command to the method of your adapter that has its name.
 */
final class Protocol {
    /** What an adapter fills in, besides the methods that are called as commands are. */
    interface Implementation {
        Map<String, Object> describe();

        void reset(Map<String, Object> features);

        Collection<Map<String, Object>> cloudObjects();

        String createCloudObject(Map<String, Object> setup);

        Map<String, Map<String, Object>> sync(List<Map<String, Object>> onPremises);
    }

    /** Throw it where your implementation does not carry a command out, and has changed nothing. */
    static final class Refused extends RuntimeException {
        Refused(String why) {
            super(why);
        }
    }

    /** A reference or a key names nothing. */
    private static final class NotFound extends RuntimeException {}

    /** What takes a capability that is not declared. */
    private static final class Unsupported extends RuntimeException {
        final String capability;

        Unsupported(String capability) {
            super("unsupported");
            this.capability = capability;
        }
    }

    static void unsupported(String capability) {
        throw new Unsupported(capability);
    }

    /**
     * The object after an update: a field that `set` does not name stays, null or an empty list empties one, attributes
     * merge name by name. The object itself stays as it is.
     */
    static Map<String, Object> withChanges(Map<String, Object> object, Object set) {
        Map<String, Object> after = merged(object, fields(set));
        after.put("attributes", merged(fields(object.get("attributes")), fields(fields(set).get("attributes"))));
        return merged(after, Map.of());
    }

    /** The fields of both without those that are empty; those of the second win. */
    private static Map<String, Object> merged(Map<String, Object> before, Map<String, Object> after) {
        Map<String, Object> all = new LinkedHashMap<>(before);
        all.putAll(after);
        all.values().removeIf(value -> value == null
                || value instanceof Collection<?> list && list.isEmpty() || value instanceof Map<?, ?> map && map.isEmpty());
        return all;
    }

    @SuppressWarnings("unchecked") // JSON's objects have names as their keys
    private static Map<String, Object> fields(Object value) {
        return value instanceof Map ? (Map<String, Object>) value : Map.of();
    }

    private static List<Map<String, Object>> objects(Object value) {
        List<Map<String, Object>> found = new ArrayList<>();
        if (value instanceof List<?> list) list.forEach(entry -> found.add(fields(entry)));
        return found;
    }

    /** The capability that a command takes, for commands that an adapter has no method for. */
    private static final Map<String, String> COMMANDS = Map.ofEntries(
            Map.entry("removeOnPremisesObject", "scope"),
            Map.entry("updateCloudObject", "cloudEdits"),
            Map.entry("setImmutableId", "immutableIdWrite"),
            Map.entry("assignRole", "roles"),
            Map.entry("removeRole", "roles"),
            Map.entry("deleteCloudObject", "recycleBin"),
            Map.entry("restoreCloudObject", "recycleBin"),
            Map.entry("reinstallConnect", "reinstall"),
            Map.entry("makeEligible", "roleEligibility"),
            Map.entry("removeEligibility", "roleEligibility"),
            Map.entry("setOnPremisesObjectIdentifier", "objectIdentifier"),
            Map.entry("setCloudManaged", "sourceOfAuthority"));
    private static final Map<String, String> SWITCHES = Map.of(
            "softMatch", "softMatchSwitch",
            "blockSoftMatchEnabled", "softMatchSwitch",
            "passwordHashSync", "passwords",
            "passwordSyncEnabled", "passwords",
            "blockCloudObjectTakeoverThroughHardMatch", "hardMatchSwitch",
            "blockCloudObjectTakeoverThroughHardMatchEnabled", "hardMatchSwitch",
            "softMatchOnUpnEnabled", "softMatchOnUpnSwitch",
            "allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled", "identifierUpdateSwitch");

    private static String capabilityOf(Map<String, Object> command) {
        Object does = command.get("do");
        if ("setFeature".equals(does)) return SWITCHES.get(command.get("feature"));
        if ("deleteCloudObject".equals(does) && Boolean.TRUE.equals(command.get("permanently"))) return "hardDelete";
        return COMMANDS.get(does);
    }

    private final Implementation adapter;
    private final Map<String, Map<String, Object>> onPremises = new LinkedHashMap<>();
    /** What commands call a cloud object, and its id. */
    private Map<String, Map<String, String>> names;
    private boolean over;

    Protocol(Implementation adapter) {
        this.adapter = adapter;
    }

    // Methods

    private Object call(Object method, Map<String, Object> params) throws ReflectiveOperationException {
        switch (String.valueOf(method)) {
            case "initialize": {
                Map<String, Object> described = new LinkedHashMap<>(adapter.describe());
                List<Object> capabilities = new ArrayList<>((Collection<?>) described.get("capabilities"));
                capabilities.add("batch");
                described.put("protocol", 1);
                described.put("capabilities", capabilities);
                return described;
            }
            case "reset":
                return reset(params);
            case "apply":
                return apply(fields(params.get("command")));
            case "runCase": {
                Map<String, Object> told = reset(params);
                List<Object> steps = new ArrayList<>();
                for (Map<String, Object> command : objects(params.get("commands"))) steps.add(apply(command));
                told.put("steps", steps);
                return told;
            }
            case "shutdown":
                over = true;
                return Map.of();
            default:
                return null;
        }
    }

    private Map<String, Object> reset(Map<String, Object> params) {
        Map<String, Object> tenant = fields(params.get("tenant"));
        onPremises.clear();
        objects(tenant.get("onPremises")).forEach(object -> onPremises.put((String) object.get("key"), object));
        names = Map.of("label", new LinkedHashMap<>(), "joinedTo", new LinkedHashMap<>(), "quarantinedFor", new LinkedHashMap<>());
        adapter.reset(fields(tenant.get("features")));
        objects(tenant.get("cloud")).forEach(this::createCloudObject);
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("snapshot", snapshot());
        return told;
    }

    private Object apply(Map<String, Object> command) throws ReflectiveOperationException {
        if (names == null) throw new IllegalStateException("reset comes before apply");
        Object outcome;
        try {
            outcome = carryOut(command);
        } catch (Refused reason) {
            outcome = Map.of("status", "refused", "message", reason.getMessage());
        } catch (NotFound reason) {
            outcome = Map.of("status", "notFound");
        }
        return Map.of("outcome", outcome, "snapshot", snapshot());
    }

    /** The present state, copied, so that later commands do not change it. */
    private Object snapshot() {
        return Json.copied(Map.of("cloud", adapter.cloudObjects(), "onPremises", onPremises.values()));
    }

    // Commands

    private Object carryOut(Map<String, Object> command) throws ReflectiveOperationException {
        String does = (String) command.get("do");
        switch (does) {
            case "sync":
                return sync();
            case "createCloudObject":
                createCloudObject(fields(command.get("object")));
                break;
            case "createOnPremisesObject":
            case "updateOnPremisesObject":
            case "removeOnPremisesObject":
                changeOnPremises(does, command);
                break;
            default: {
                Method method = null;
                for (Method candidate : adapter.getClass().getDeclaredMethods()) {
                    if (candidate.getName().equals(does) && !candidate.isSynthetic()) method = candidate;
                }
                if (method == null) throw new Unsupported(capabilityOf(command));
                method.setAccessible(true);
                try {
                    if (command.get("object") == null) method.invoke(adapter, command);
                    else method.invoke(adapter, find(fields(command.get("object"))), command);
                } catch (InvocationTargetException thrown) {
                    if (thrown.getCause() instanceof RuntimeException reason) throw reason;
                    throw thrown;
                }
            }
        }
        return Map.of("status", "ok");
    }

    private void createCloudObject(Map<String, Object> object) {
        Map<String, Object> setup = new LinkedHashMap<>(object);
        String label = (String) setup.remove("label");
        if (names.get("label").containsKey(label)) throw new Refused("the label is in use");
        names.get("label").put(label, adapter.createCloudObject(setup));
    }

    private void changeOnPremises(String does, Map<String, Object> command) {
        boolean creates = does.equals("createOnPremisesObject");
        boolean removes = does.equals("removeOnPremisesObject");
        Map<String, Object> named = creates ? fields(command.get("object")) : command;
        String key = (String) named.get("key");
        if (removes && !((Collection<?>) adapter.describe().get("capabilities")).contains("scope")) throw new Unsupported("scope");
        if (creates && onPremises.containsKey(key)) throw new Refused("the key is in use");
        if (!creates && !onPremises.containsKey(key)) throw new NotFound();
        if (removes) onPremises.remove(key);
        else onPremises.put(key, creates ? named : withChanges(onPremises.get(key), command.get("set")));
    }

    private Object sync() {
        List<Map<String, Object>> given = new ArrayList<>();
        onPremises.values().forEach(object -> given.add(fields(Json.copied(object))));
        Map<String, Map<String, Object>> results = adapter.sync(given);
        Collection<Map<String, Object>> cloud = adapter.cloudObjects();
        onPremises.forEach((key, object) -> {
            Object link = results.getOrDefault(key, Map.of()).get("cloudId");
            for (Map<String, Object> other : cloud) {
                boolean isIt = link != null ? link.equals(other.get("id"))
                        : Boolean.TRUE.equals(other.get("onPremisesSyncEnabled")) && !Boolean.TRUE.equals(other.get("deleted"))
                                && object.get("kind").equals(other.get("kind"))
                                && object.get("sourceAnchor") != null && object.get("sourceAnchor").equals(other.get("onPremisesImmutableId"));
                String way = Boolean.TRUE.equals(other.get("quarantined")) ? "quarantinedFor" : "joinedTo";
                if (isIt) names.get(way).put(key, (String) other.get("id"));
            }
        });
        return Map.of("status", "ok", "objects", results);
    }

    /** The id of the cloud object that a command names, deleted or not. */
    private String find(Map<String, Object> reference) {
        for (Map.Entry<String, Map<String, String>> way : names.entrySet()) {
            String id = way.getValue().get(reference.get(way.getKey()));
            if (id != null && adapter.cloudObjects().stream().anyMatch(object -> id.equals(object.get("id")))) return id;
        }
        throw new NotFound();
    }

    // JSON-RPC

    /** The reply to one line. */
    Map<String, Object> answer(String line) {
        Map<String, Object> reply = new LinkedHashMap<>();
        reply.put("jsonrpc", "2.0");
        reply.put("id", null);
        Object request;
        try {
            request = Json.read(line);
        } catch (IllegalArgumentException problem) {
            return failed(reply, -32700, problem.getMessage(), null);
        }
        if (!(request instanceof Map)) return failed(reply, -32600, "a request is an object", null);
        reply.put("id", fields(request).get("id"));
        try {
            Object method = fields(request).get("method");
            Object result = call(method, fields(fields(request).get("params")));
            if (result == null) return failed(reply, -32601, "unknown method " + method, null);
            reply.put("result", result);
            return reply;
        } catch (Unsupported reason) {
            return failed(reply, -32001, "unsupported", reason.capability);
        } catch (Exception | StackOverflowError problem) { // a mistake in the adapter or behind it: say so, and go on
            problem.printStackTrace();
            return failed(reply, -32603, problem.toString(), null);
        }
    }

    private static Map<String, Object> failed(Map<String, Object> reply, int code, String message, String capability) {
        Map<String, Object> error = new LinkedHashMap<>(Map.of("code", code, "message", message));
        if (capability != null) error.put("data", Map.of("capability", capability));
        reply.put("error", error);
        return reply;
    }

    /** Answers requests until the suite says that it is over, or is gone. */
    static void serve(Implementation adapter) throws IOException {
        // Replies get standard output for themselves: what anything else prints goes to standard error.
        OutputStream replies = new FileOutputStream(FileDescriptor.out);
        System.setOut(System.err);
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Protocol protocol = new Protocol(adapter);
        for (String line; !protocol.over && (line = requests.readLine()) != null; ) {
            replies.write((Json.write(protocol.answer(line)) + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }
}
