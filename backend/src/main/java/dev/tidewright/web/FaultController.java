package dev.tidewright.web;

import dev.tidewright.kernel.Open;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;

/** What is answered where no handler was reached: an unknown address, a fault in a filter. */
@Controller
class FaultController implements ErrorController {

    @RequestMapping("/error")
    @Open("the error page itself")
    Object fault(HttpServletRequest request) {
        var code = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        var status = code instanceof Integer number ? HttpStatus.valueOf(number) : HttpStatus.NOT_FOUND;
        var uri = String.valueOf(request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI));
        var slug = status.name().toLowerCase(Locale.ROOT).replace('_', '-');
        var sentence = sentence(status);
        if (uri.startsWith("/api/") || uri.startsWith("/actuator")) {
            var problem = Problems.of(status, slug, sentence, List.of());
            problem.setInstance(URI.create(uri));
            return ResponseEntity.status(status)
                    .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                    .body(problem);
        }
        return PageErrors.page(request, status, slug, sentence, List.of());
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
