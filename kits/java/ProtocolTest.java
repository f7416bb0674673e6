import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What Protocol.java and Json.java do for an adapter, on one that has everything the skeleton has not. */
final class ProtocolTest {
    static final class TestAdapter implements Protocol.Implementation {
        private final List<Map<String, Object>> cloud = new ArrayList<>();

        public Map<String, Object> describe() { return Map.of("capabilities", List.of("users")); }

        public void reset(Map<String, Object> features) { cloud.clear(); }

        public Collection<Map<String, Object>> cloudObjects() { return cloud; }

        public String createCloudObject(Map<String, Object> setup) {
            setup.put("id", "ann-id");
            cloud.add(setup);
            return "ann-id";
        }

        public Map<String, Map<String, Object>> sync(List<Map<String, Object>> onPremises) {
            for (Map<String, Object> object : onPremises.subList(0, 2)) {
                String key = (String) object.get("key");
                cloud.add(new LinkedHashMap<>(Map.of("id", key + "-id", "kind", "user", "onPremisesSyncEnabled", true,
                        "onPremisesImmutableId", key, "quarantined", key.equals("quin"))));
                object.put("key", "changed by the implementation");
            }
            return Map.of("linked", Map.of("result", "joined", "cloudId", "ann-id"));
        }

        void assignRole(String id, Map<String, Object> command) {
            cloud.stream().filter(object -> object.get("id").equals(id)).forEach(object -> object.put("roles", List.of(command.get("role"))));
        }

        void setImmutableId(String id, Map<String, Object> command) { throw new Protocol.Refused("no"); }

        void restoreCloudObject(String id, Map<String, Object> command) { throw new ArithmeticException("a mistake"); }
    }

    private final TestAdapter adapter = new TestAdapter();
    private final Protocol protocol = new Protocol(adapter);
    private final String synced;

    private ProtocolTest() {
        say("reset", "{'tenant':{'cloud':[{'label':'ann','kind':'user'}],'onPremises':["
                + "{'key':'bob','kind':'user','sourceAnchor':'bob'},{'key':'quin','kind':'user','sourceAnchor':'quin'},"
                + "{'key':'linked','kind':'user','sourceAnchor':'linked'}]}}");
        synced = apply("{'do':'sync'}");
    }

    private String say(String method, String params) {
        String line = "{'jsonrpc':'2.0','id':1,'method':'" + method + "','params':" + params + "}";
        return Json.write(protocol.answer(line.replace('\'', '"'))).replace('"', '\'');
    }

    private String apply(String command) {
        return say("apply", "{'command':" + command + "}");
    }

    private static void shows(String reply, String... parts) {
        for (String part : parts) {
            if (!reply.contains(part)) throw new AssertionError(reply + " does not show " + part);
        }
    }

    private static void referencesNameWhatACycleJoinedLinkedOrQuarantined() {
        Map.of("{'joinedTo':'bob'}", "bob-id", "{'quarantinedFor':'quin'}", "quin-id", "{'joinedTo':'linked'}", "ann-id",
                "{'label':'ann'}", "ann-id").forEach((reference, holder) -> {
            ProtocolTest test = new ProtocolTest();
            test.apply("{'do':'assignRole','role':'Reader','object':" + reference + "}");
            for (Map<String, Object> object : test.adapter.cloud) {
                assert object.containsKey("roles") == object.get("id").equals(holder) : reference + " " + test.adapter.cloud;
            }
        });
        shows(new ProtocolTest().apply("{'do':'assignRole','role':'Reader','object':{'joinedTo':'quin'}}"), "{'status':'notFound'}");
    }

    private static void whatTheImplementationIsGivenIsItsOwn() {
        shows(new ProtocolTest().synced, "{'key':'bob',", "{'key':'quin',");
    }

    private static void aRefusalIsAnOutcomeAndAMistakeAnError() {
        ProtocolTest test = new ProtocolTest();
        shows(test.apply("{'do':'setImmutableId','object':{'label':'ann'}}"), "'refused'", "'message':'no'");
        shows(test.apply("{'do':'restoreCloudObject','object':{'label':'ann'}}"), "-32603", "a mistake");
        shows(test.apply("{'do':'makeEligible','object':{'label':'ann'}}"), "-32001", "{'capability':'roleEligibility'}");
    }

    @SuppressWarnings("unchecked")
    private static void nullAndAnEmptyListEmptyAField() {
        Map<String, Object> before = (Map<String, Object>) Json.read(
                "{\"key\":\"a\",\"userPrincipalName\":\"a@x\",\"proxyAddresses\":[\"SMTP:a@x\"],\"attributes\":{\"mail\":\"a@x\",\"c\":\"d\"}}");
        Object set = Json.read("{\"userPrincipalName\":null,\"proxyAddresses\":[],\"attributes\":{\"mail\":null,\"e\":\"f\"}}");
        Object after = Protocol.withChanges(before, set);
        assert after.equals(Json.read("{\"key\":\"a\",\"attributes\":{\"c\":\"d\",\"e\":\"f\"}}")) : after;
        assert Protocol.withChanges(before, Map.of()).equals(before);
    }

    private static void jsonIsReadAndWritten() {
        String good = "{\"a\":[1,-2,0.5,1.0E30,true,false,null,{},[]],\"b\":\"\\\"\\\\\\u0007\u00e9\ud83d\ude00\u2028/\"}";
        assert Json.write(Json.read(" " + good + "\r\n")).equals(good) : Json.write(Json.read(good));
        assert Json.read("\"\\ud83d\\ude00\\n\\/\"").equals("\ud83d\ude00\n/");
        assert Json.read("12345678901234567890").equals(12345678901234567890d);
        for (String bad : List.of("", "{", "[1,]", "{\"a\"}", "{a:1}", "01", "1.", "tru", "\"", "\"\\x\"", "\"\\u12\"", "\"\n\"", "1 2",
                "[".repeat(100000))) {
            try {
                Object read = Json.read(bad);
                throw new AssertionError(bad + " was read as " + read);
            } catch (IllegalArgumentException expected) {
                // It is no JSON.
            }
        }
    }

    public static void main(String[] arguments) {
        referencesNameWhatACycleJoinedLinkedOrQuarantined();
        whatTheImplementationIsGivenIsItsOwn();
        aRefusalIsAnOutcomeAndAMistakeAnError();
        nullAndAnEmptyListEmptyAField();
        jsonIsReadAndWritten();
    }
}
