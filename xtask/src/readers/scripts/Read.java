// What parsers of Java read: Read.java PARSER < texts > readings. The form of both is told in read.py and tree.rs.

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

public class Read {
    static final ObjectMapper MAPPER =
        new ObjectMapper().enable(com.fasterxml.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    static String hexed(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
    }

    static String tree(Object value) {
        if (value == null) return "n";
        if (value instanceof Boolean is) return is ? "t" : "f";
        if (value instanceof Double number) return String.format("#d%016x", Double.doubleToRawLongBits(number));
        if (value instanceof Number number) return "#i" + number;
        if (value instanceof String text) return "\"" + hexed(text);
        if (value instanceof List<?> list) {
            List<String> items = new ArrayList<>();
            for (Object item : list) items.add(tree(item));
            return "[" + String.join(",", items) + "]";
        }
        List<String> members = new ArrayList<>();
        for (Map.Entry<?, ?> member : ((Map<?, ?>) value).entrySet())
            members.add(hexed((String) member.getKey()) + ":" + tree(member.getValue()));
        members.sort(null);
        return "{" + String.join(",", members) + "}";
    }

    static List<Object> element(org.w3c.dom.Element one) {
        Map<String, Object> attributes = new TreeMap<>();
        for (int at = 0; at < one.getAttributes().getLength(); at++) {
            var attribute = (org.w3c.dom.Attr) one.getAttributes().item(at);
            String space = attribute.getNamespaceURI();
            if ("http://www.w3.org/2000/xmlns/".equals(space)) continue;
            attributes.put((space == null ? "" : space) + "|" + attribute.getLocalName(), attribute.getValue());
        }
        String space = one.getNamespaceURI();
        List<Object> out = new ArrayList<>(List.of(space == null ? "" : space, one.getLocalName(), attributes));
        for (var child = one.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof org.w3c.dom.Element inner) out.add(element(inner));
            else if (child instanceof org.w3c.dom.Text text) {
                int last = out.size() - 1;
                if (last > 2 && out.get(last) instanceof String known) out.set(last, known + text.getData());
                else out.add(text.getData());
            }
        }
        return out;
    }

    static Object read(String reader, byte[] text) throws Exception {
        if (reader.equals("json")) return MAPPER.readValue(text, Object.class);
        var factory = javax.xml.parsers.DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        var builder = factory.newDocumentBuilder();
        builder.setErrorHandler(null);
        return element(builder.parse(new ByteArrayInputStream(text)).getDocumentElement());
    }

    public static void main(String[] arguments) throws Exception {
        var in = new BufferedReader(new InputStreamReader(System.in));
        var out = new BufferedWriter(new OutputStreamWriter(System.out));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            byte[] text = HexFormat.of().parseHex(line.substring(line.indexOf(' ') + 1));
            try {
                out.write(tree(read(arguments[0], text)));
            } catch (Exception error) {
                String said = String.valueOf(error.getMessage()).replaceAll("[^ -~]", "?");
                out.write("!" + said.substring(0, Math.min(said.length(), 120)));
            }
            out.newLine();
        }
        out.flush();
    }
}
