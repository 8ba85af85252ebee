package dev.tidewright.web;

import dev.tidewright.kernel.Open;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.webmvc.error.ErrorAttributes;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.context.request.ServletWebRequest;

/** What is answered where no handler was reached: an unknown address, a fault in a filter. */
@Controller
class FaultController implements ErrorController {

    private final ErrorAttributes faults;
    private final ProblemWriter problems;

    FaultController(ErrorAttributes faults, ProblemWriter problems) {
        this.faults = faults;
        this.problems = problems;
    }

    @RequestMapping("/error")
    @Open("the error page itself")
    Object fault(HttpServletRequest request) {
        var code = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        var status = code instanceof Integer number ? HttpStatus.valueOf(number) : HttpStatus.NOT_FOUND;
        var uri = String.valueOf(request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI));
        var slug = status.name().toLowerCase(Locale.ROOT).replace('_', '-');
        var fault = faults.getError(new ServletWebRequest(request));
        var sentence = sentence(status, fault);
        var dialect = problems.dialectAt(uri);
        if (dialect.isPresent()) {
            var answer = dialect.get().fault(status, sentence);
            return ResponseEntity.status(answer.status())
                    .contentType(MediaType.APPLICATION_JSON)
                    .body(answer.body());
        }
        if (uri.startsWith("/api/") || uri.startsWith("/actuator")) {
            var problem = Problems.of(status, slug, sentence, List.of());
            problem.setInstance(URI.create(uri));
            return ResponseEntity.status(status)
                    .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                    .body(problem);
        }
        return PageErrors.page(request, status, slug, sentence, List.of());
    }

    private static String sentence(HttpStatus status, @Nullable Throwable fault) {
        return switch (fault) {
            case HttpRequestMethodNotSupportedException other
            when !other.getHeaders().getAllow().isEmpty() ->
                "this address does not take " + other.getMethod() + ": use "
                        + other.getHeaders().getAllow().stream()
                                .map(HttpMethod::name)
                                .sorted()
                                .collect(Collectors.joining(" or "));
            case HttpMediaTypeNotAcceptableException other
            when !other.getSupportedMediaTypes().isEmpty() ->
                "this address answers nothing that Accept asks for: send Accept: "
                        + MediaType.toString(other.getSupportedMediaTypes());
            case null, default -> sentence(status);
        };
    }

    private static String sentence(HttpStatus status) {
        return switch (status) {
            case NOT_FOUND -> "there is nothing at this address";
            case FORBIDDEN ->
                "your session has ended, or you may not do this: keep a copy of what you typed, load the page again"
                        + " and sign in";
            case METHOD_NOT_ALLOWED -> "this address does not take this method";
            case BAD_REQUEST ->
                "the request's address or method cannot be accepted: leave out \"//\", \";\" and encoded slashes, and use a"
                        + " method of HTTP";
            case CONTENT_TOO_LARGE -> "the request is too large";
            default ->
                status.is5xxServerError()
                        ? "something is broken on our side"
                        : "the request cannot be answered: " + status.getReasonPhrase();
        };
    }
}
