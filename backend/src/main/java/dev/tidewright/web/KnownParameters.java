package dev.tidewright.web;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Method;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.beans.BeanUtils;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Refuses query parameters that the handler does not declare: with a name that is mistyped, a list would quietly be a
 * longer one and a dry run would be the real thing. What a handler declares is read from its method.
 */
final class KnownParameters implements HandlerInterceptor {

    /** By name: whether it may be given several times. */
    private final Map<Method, SortedMap<String, Boolean>> declared = new ConcurrentHashMap<>();

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        var query = request.getQueryString();
        if (query != null && handler instanceof HandlerMethod method) {
            var known = declared.computeIfAbsent(method.getMethod(), _ -> declaredBy(method));
            check(query, known);
            if (request.getRequestURI().startsWith("/api/")) {
                refuseBlank(query);
            }
        }
        return true;
    }

    private static void check(String query, SortedMap<String, Boolean> known) {
        var seen = new HashSet<String>();
        for (var pair : query.split("&", -1)) {
            var name = decoded(pair).split("=", 2)[0];
            if (!name.isEmpty() && !known.containsKey(name)) {
                throw new Refusal.Malformed(
                        "unknown-parameter",
                        name,
                        "there is no query parameter \"" + Text.shortened(name, 60) + "\" here; "
                                + (known.isEmpty()
                                        ? "this address takes none"
                                        : "known are " + String.join(", ", known.keySet())));
            }
            if (!seen.add(name) && Boolean.FALSE.equals(known.get(name))) {
                throw new Refusal.Malformed(
                        "repeated-parameter",
                        name,
                        "the query parameter \"" + name + "\" is given twice: give it once");
            }
        }
    }

    /** An empty field of a form means nothing; an empty parameter in the API would mean its default, {@code dryRun} too. */
    private static void refuseBlank(String query) {
        for (var pair : query.split("&", -1)) {
            var parts = decoded(pair).split("=", 2);
            if (!parts[0].isEmpty() && (parts.length == 1 || parts[1].isBlank())) {
                throw new Refusal.Malformed(
                        "blank-parameter",
                        parts[0],
                        "the query parameter \"" + parts[0] + "\" is blank: give it a value, or leave it out");
            }
        }
    }

    private static SortedMap<String, Boolean> declaredBy(HandlerMethod method) {
        var names = new TreeMap<String, Boolean>();
        for (var parameter : method.getMethodParameters()) {
            var asked = parameter.getParameterAnnotation(RequestParam.class);
            if (asked != null) {
                names.put(
                        asked.name().isEmpty() ? parameter.getParameter().getName() : asked.name(),
                        isRepeatable(parameter.getParameterType()));
            } else if (isBoundFromTheQuery(parameter)) {
                Arrays.stream(parameter.getParameterType().getRecordComponents())
                        .forEach(part -> names.put(part.getName(), isRepeatable(part.getType())));
            }
        }
        return names;
    }

    /** A record without any annotation, as {@code JobQuery}. */
    private static boolean isBoundFromTheQuery(MethodParameter parameter) {
        return parameter.getParameterAnnotations().length == 0
                && parameter.getParameterType().isRecord()
                && !BeanUtils.isSimpleProperty(parameter.getParameterType());
    }

    private static boolean isRepeatable(Class<?> type) {
        return Collection.class.isAssignableFrom(type) || type.isArray();
    }

    /** As strictly as the server does it later, where a fault would be ours. */
    private static String decoded(String pair) {
        try {
            var bytes = URLDecoder.decode(pair, StandardCharsets.ISO_8859_1).getBytes(StandardCharsets.ISO_8859_1);
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (IllegalArgumentException | CharacterCodingException malformed) {
            throw new Refusal.Malformed(
                    "invalid-value",
                    "query",
                    "the query is no percent-encoded UTF-8: write a \"%\" as %25, and every other character as its bytes");
        }
    }
}
