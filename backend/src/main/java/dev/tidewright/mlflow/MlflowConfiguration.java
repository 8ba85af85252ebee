package dev.tidewright.mlflow;

import dev.tidewright.web.Dialect;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.converter.HttpMessageConverters;
import org.springframework.web.accept.ContentNegotiationStrategy;
import org.springframework.web.accept.HeaderContentNegotiationStrategy;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.ContentNegotiationConfigurer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Lets the handlers of this door, and no others, speak MLflow's JSON and be told the namespace. */
@Configuration
class MlflowConfiguration implements WebMvcConfigurer {

    private final Workspaces workspaces;
    private final Dialect dialect;

    MlflowConfiguration(Workspaces workspaces, MlflowDialect dialect) {
        this.workspaces = workspaces;
        this.dialect = dialect;
    }

    /** Here as in MLflow's own server, nobody looks at what a client says it takes; it gets JSON. */
    @Override
    public void configureContentNegotiation(ContentNegotiationConfigurer negotiation) {
        var headers = new HeaderContentNegotiationStrategy();
        negotiation.strategies(List.of(request -> request.getNativeRequest() instanceof HttpServletRequest asked
                        && dialect.speaksAt(asked.getRequestURI())
                ? ContentNegotiationStrategy.MEDIA_TYPE_ALL_LIST
                : headers.resolveMediaTypes(request)));
    }

    @Override
    public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(workspaces);
    }

    @Override
    public void configureMessageConverters(HttpMessageConverters.ServerBuilder converters) {
        converters.addCustomConverter(new MlflowJson());
    }
}
