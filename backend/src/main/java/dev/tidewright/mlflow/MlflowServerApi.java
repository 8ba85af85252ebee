package dev.tidewright.mlflow;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Open;
import dev.tidewright.tenancy.Access;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.springframework.http.MediaType;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What clients ask about the server itself, and the answer to everything that it does not offer. */
@RestController
class MlflowServerApi {

    /** The version of MLflow whose contract this door follows. */
    static final String VERSION = "3.17.2";

    private final Access access;

    MlflowServerApi(Access access) {
        this.access = access;
    }

    @GetMapping("/api/3.0/mlflow/server-info")
    @Open("what the server can do is the same for everybody")
    Info info() {
        return new Info("SqlStore", true, false, false, false, false, false);
    }

    /** The namespaces that the caller may read. They are made in the dashboard or by our own API. */
    @GetMapping("/api/3.0/mlflow/workspaces")
    @PreAuthorize("@access.tracks()")
    All workspaces() {
        return new All(
                access.mine().stream().map(name -> new Workspace(name.value())).toList());
    }

    @GetMapping("/api/3.0/mlflow/workspaces/{ns}")
    @PreAuthorize("@access.mayTrack(#ns, 'VIEWER')")
    OneWorkspace workspace(@PathVariable Name ns) {
        return new OneWorkspace(new Workspace(ns.value()));
    }

    @RequestMapping({"/api/2.0/**", "/api/2.1/**", "/api/3.0/**", "/ajax-api/**", "/graphql", "/get-artifact"})
    @Open("says only that there is nothing")
    void other(HttpServletRequest request) {
        throw new NotOffered(request.getMethod() + " " + request.getRequestURI()
                + " is not offered here: docs/mlflow.md lists what is");
    }

    @GetMapping(path = "/health", produces = MediaType.TEXT_PLAIN_VALUE)
    @Open("says only that somebody listens")
    String health() {
        return "OK";
    }

    @GetMapping(path = "/version", produces = MediaType.TEXT_PLAIN_VALUE)
    @Open("which contract of MLflow is followed")
    String version() {
        return VERSION;
    }

    record Info(
            String storeType,
            boolean workspacesEnabled,
            boolean traceArchivalEnabled,
            boolean multipartUploadsEnabled,
            boolean multipartDownloadsEnabled,
            boolean presignedUploadRunIdSupported,
            boolean presignedUploadModelIdSupported) {}

    record All(List<Workspace> workspaces) {}

    record OneWorkspace(Workspace workspace) {}

    record Workspace(String name) {}
}
