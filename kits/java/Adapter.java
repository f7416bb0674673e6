import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Stands between the conformance suite and what it judges: fill in this file, Protocol.java does the rest.
 *
 * Throw new Protocol.Refused("why") where your implementation does not do it, after nothing has changed. What still says
 * `unsupported` does so until you write it; then add its capability to `describe`.
 */
final class Adapter implements Protocol.Implementation {
    /** By id: your implementation's tenant takes its place. */
    private final Map<String, Map<String, Object>> cloud = new LinkedHashMap<>();

    /** What it can be asked to do; cases that take more are not applicable. */
    public Map<String, Object> describe() {
        return Map.of(
                "implementation", Map.of("name", "my-sync", "version", "0.1.0", "language", "Java"),
                "editions", List.of("2023-01"),
                "capabilities", List.of("users", "authorityFlag"),
                "choices", Map.of());
    }

    /** Forget everything; `features` are the switches to start with. */
    public void reset(Map<String, Object> features) { cloud.clear(); }

    /** Every cloud object there is; one in the recycle bin has "deleted": true. */
    public Collection<Map<String, Object>> cloudObjects() { return cloud.values(); }

    /** An administrator creates it: give it an id for life, and return that. */
    public String createCloudObject(Map<String, Object> setup) {
        String id = String.valueOf(cloud.size() + 1);
        setup.put("id", id);
        setup.put("onPremisesSyncEnabled", false);
        cloud.put(id, setup);
        return id;
    }

    /** Connect runs one full cycle over these objects. With objectResults: by key, {"result": "provisioned"} and so on. */
    public Map<String, Map<String, Object>> sync(List<Map<String, Object>> onPremises) { return Map.of(); }

    // Commands of an administrator. He edits the object: Protocol.withChanges(object, command.get("set")),
    void updateCloudObject(String id, Map<String, Object> command) { Protocol.unsupported("cloudEdits"); }
    // writes command.get("value") as its anchor, null for none,
    void setImmutableId(String id, Map<String, Object> command) { Protocol.unsupported("immutableIdWrite"); }
    // gives the user command.get("role"), or takes it away,
    void assignRole(String id, Map<String, Object> command) { Protocol.unsupported("roles"); }
    void removeRole(String id, Map<String, Object> command) { Protocol.unsupported("roles"); }
    // takes it out of the recycle bin. deleteCloudObject: recycleBin, or with "permanently" hardDelete.
    void restoreCloudObject(String id, Map<String, Object> command) { Protocol.unsupported("recycleBin"); }
    // setFeature(command): turns "feature" to "value"; softMatchSwitch, passwords, …
    // reinstallConnect(command): Connect forgets what it had joined; reinstall. Other commands go by their names too.

    public static void main(String[] arguments) throws Exception { Protocol.serve(new Adapter()); }
}
