package dev.tidewright.mlflow;

import java.util.List;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.converter.HttpMessageConverters;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Lets the handlers of this door, and no others, speak MLflow's JSON and be told the namespace. */
@Configuration
class MlflowConfiguration implements WebMvcConfigurer {

    private final Workspaces workspaces;

    MlflowConfiguration(Workspaces workspaces) {
        this.workspaces = workspaces;
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
