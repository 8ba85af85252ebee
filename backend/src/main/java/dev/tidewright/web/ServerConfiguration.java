package dev.tidewright.web;

import org.apache.catalina.core.StandardHost;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The web server itself. */
@Configuration(proxyBeanMethods = false)
class ServerConfiguration {

    /** No page of the server's own is ever shown: it would name the server and be no problem+json. */
    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> ownErrorReports() {
        return factory -> factory.addContextCustomizers(context -> {
            if (context.getParent() instanceof StandardHost host) {
                host.setErrorReportValveClass(ProblemReport.class.getName());
            }
        });
    }
}
