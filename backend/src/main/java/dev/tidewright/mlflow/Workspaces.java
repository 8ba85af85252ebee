package dev.tidewright.mlflow;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.tenancy.Access;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/** Finds the namespace that a call is about. Whether the caller may do anything in it is asked at the handler. */
@Component
class Workspaces implements HandlerMethodArgumentResolver {

    static final String HEADER = "X-MLFLOW-WORKSPACE";

    private final Access access;

    Workspaces(Access access) {
        this.access = access;
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.hasParameterAnnotation(InWorkspace.class);
    }

    @Override
    public Name resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binder) {
        return named(request.getHeader(HEADER));
    }

    private Name named(@Nullable String header) {
        if (header != null && !header.isBlank()) {
            try {
                return Name.of(header.strip());
            } catch (Refusal.Invalid noName) {
                throw new Refusal.NotFound("namespace", header.strip());
            }
        }
        return access.home()
                .orElseThrow(() -> new Refusal.Invalid(
                        "no-workspace",
                        HEADER,
                        "your token is good for several namespaces: choose one by mlflow.set_workspace or the header "
                                + HEADER + ", or make a token for one namespace"));
    }
}
