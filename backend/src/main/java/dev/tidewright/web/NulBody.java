package dev.tidewright.web;

import dev.tidewright.kernel.Refusal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.RequestBodyAdviceAdapter;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamContext;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Refuses a NUL character anywhere in a JSON body, names and values alike: PostgreSQL's text has none, so no service could
 * keep it, and a rule for each field would forget one.
 */
@RestControllerAdvice
class NulBody extends RequestBodyAdviceAdapter {

    private final JsonMapper json;

    NulBody(JsonMapper json) {
        this.json = json;
    }

    @Override
    public boolean supports(MethodParameter parameter, Type type, Class<? extends HttpMessageConverter<?>> converter) {
        return true;
    }

    @Override
    public HttpInputMessage beforeBodyRead(
            HttpInputMessage input,
            MethodParameter parameter,
            Type type,
            Class<? extends HttpMessageConverter<?>> converter)
            throws IOException {
        var body = input.getBody().readAllBytes();
        // Written so, or as itself in UTF-16 and UTF-32; almost no body has either, and those few are read once more.
        var bytes = new String(body, StandardCharsets.ISO_8859_1);
        if (bytes.contains("\\u0000") || bytes.indexOf('\0') >= 0) {
            refuse(body);
        }
        return new Read(input.getHeaders(), new ByteArrayInputStream(body));
    }

    private void refuse(byte[] body) {
        try (var parser = json.createParser(body)) {
            for (var token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (hasNul(parser, token)) {
                    var field = path(parser.streamReadContext());
                    throw new Refusal.Invalid(
                            "invalid-value",
                            field,
                            (field.isEmpty() ? "the body" : "\"" + field + "\"")
                                    + " has a NUL character (\\u0000): leave it away");
                }
            }
        } catch (StreamReadException malformed) {
            // Whoever reads it next says where.
        }
    }

    private static boolean hasNul(JsonParser parser, JsonToken token) {
        return (token == JsonToken.VALUE_STRING || token == JsonToken.PROPERTY_NAME)
                && parser.getString().indexOf('\0') >= 0;
    }

    private static String path(@Nullable TokenStreamContext context) {
        if (context == null || context.inRoot()) {
            return "";
        }
        var before = path(context.getParent());
        if (context.inArray()) {
            return before + "[" + context.getCurrentIndex() + "]";
        }
        var name = String.valueOf(context.currentName()).replace("\0", "\\u0000");
        return before.isEmpty() ? name : before + "." + name;
    }

    private record Read(HttpHeaders headers, InputStream body) implements HttpInputMessage {

        @Override
        public HttpHeaders getHeaders() {
            return headers;
        }

        @Override
        public InputStream getBody() {
            return body;
        }
    }
}
