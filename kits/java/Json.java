import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON without a library: objects are maps, lists are lists, numbers are Long or Double. You need not touch this file. */
final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** The value that a text stands for; IllegalArgumentException where it is no JSON. */
    static Object read(String text) {
        Json json = new Json(text);
        Object value = json.value(0);
        if (json.peek() != END) throw json.wrong("nothing more was expected");
        return value;
    }

    static String write(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    /** A value of its own, which later changes do not reach. */
    static Object copied(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> copy = new LinkedHashMap<>();
            map.forEach((name, entry) -> copy.put((String) name, copied(entry)));
            return copy;
        }
        if (value instanceof Iterable<?> list) {
            List<Object> copy = new ArrayList<>();
            list.forEach(entry -> copy.add(copied(entry)));
            return copy;
        }
        return value;
    }

    private static final char END = '\0';

    private RuntimeException wrong(String what) {
        return new IllegalArgumentException("not JSON at character " + (at + 1) + ": " + what);
    }

    /** The next character that is no space. */
    private char peek() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) at++;
        return at < text.length() ? text.charAt(at) : END;
    }

    private boolean skip(char wanted) {
        if (peek() != wanted) return false;
        at++;
        return true;
    }

    private void expect(char wanted) {
        if (!skip(wanted)) throw wrong("'" + wanted + "' was expected");
    }

    private Object value(int depth) {
        if (depth > 200) throw wrong("nested too deeply");
        char first = peek();
        switch (first) {
            case '{': return object(depth);
            case '[': return list(depth);
            case '"': return string();
            default:
        }
        int start = at;
        while (at < text.length() && "+-.0123456789abcdefghijklmnopqrstuvwxyzE".indexOf(text.charAt(at)) >= 0) at++;
        String word = text.substring(start, at);
        switch (word) {
            case "true": return true;
            case "false": return false;
            case "null": return null;
            default:
        }
        if (word.matches("-?(0|[1-9][0-9]{0,17})")) return Long.valueOf(word);
        if (word.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) return Double.valueOf(word);
        at = start;
        throw wrong("a value was expected");
    }

    private Map<String, Object> object(int depth) {
        expect('{');
        Map<String, Object> map = new LinkedHashMap<>();
        if (skip('}')) return map;
        do {
            if (peek() != '"') throw wrong("a name was expected");
            String name = string();
            expect(':');
            map.put(name, value(depth + 1));
        } while (skip(','));
        expect('}');
        return map;
    }

    private List<Object> list(int depth) {
        expect('[');
        List<Object> list = new ArrayList<>();
        if (skip(']')) return list;
        do {
            list.add(value(depth + 1));
        } while (skip(','));
        expect(']');
        return list;
    }

    private String string() {
        StringBuilder out = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char next = text.charAt(at);
            if (next == '"') {
                at++;
                return out.toString();
            }
            if (next < ' ') break;
            if (next != '\\') {
                out.append(next);
                continue;
            }
            if (++at == text.length()) break;
            char escaped = text.charAt(at);
            int known = "\"\\/bfnrt".indexOf(escaped);
            if (known >= 0) {
                out.append("\"\\/\b\f\n\r\t".charAt(known));
            } else if (escaped == 'u' && text.substring(at + 1, Math.min(at + 5, text.length())).matches("[0-9a-fA-F]{4}")) {
                out.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
                at += 4;
            } else {
                break;
            }
        }
        throw wrong("a string does not end well");
    }

    private static void write(Object value, StringBuilder out) {
        if (value instanceof String string) {
            writeString(string, out);
        } else if (value instanceof Map<?, ?> map) {
            String before = "{";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.append(before);
                writeString((String) entry.getKey(), out);
                out.append(':');
                write(entry.getValue(), out);
                before = ",";
            }
            out.append(map.isEmpty() ? "{}" : "}");
        } else if (value instanceof Iterable<?> list) {
            String before = "[";
            for (Object entry : list) {
                out.append(before);
                write(entry, out);
                before = ",";
            }
            out.append(before.equals("[") ? "[]" : "]");
        } else if (value == null || value instanceof Boolean || value instanceof Number) {
            out.append(value);
        } else {
            throw new IllegalArgumentException("no JSON for a " + value.getClass().getName());
        }
    }

    private static void writeString(String string, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < string.length(); i++) {
            char next = string.charAt(i);
            if (next == '"' || next == '\\') out.append('\\').append(next);
            else if (next < ' ') out.append(String.format("\\u%04x", (int) next));
            else out.append(next);
        }
        out.append('"');
    }
}
