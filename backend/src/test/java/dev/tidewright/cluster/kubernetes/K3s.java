package dev.tidewright.cluster.kubernetes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.images.builder.ImageFromDockerfile;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/** A Kubernetes in a container, for as long as this JVM lives, where there is a Docker that can pull its image. */
final class K3s {

    static final String RUNTIME = "localhost/tidewright-runtime:test";

    private static final DockerImageName IMAGE = DockerImageName.parse("rancher/k3s:v1.36.3-k3s1");
    private static final String ARCHIVE = "/tmp/runtime.tar";

    private K3s() {}

    /** Where its administrator's kubeconfig is; empty where it cannot be had, which is said on standard error. */
    static Optional<Path> start() {
        try {
            return DockerClientFactory.instance().isDockerAvailable() ? Optional.of(started()) : Optional.empty();
        } catch (IOException | RuntimeException away) {
            System.err.println("no K3s to test on: " + away.getMessage());
            return Optional.empty();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private static Path started() throws IOException, InterruptedException {
        var container = new K3sContainer(IMAGE);
        var usable = false;
        try {
            container.start();
            load(container);
            var kubeconfig = Files.createTempFile("k3s", ".kubeconfig");
            kubeconfig.toFile().deleteOnExit();
            Files.writeString(kubeconfig, container.getKubeConfigYaml());
            usable = true;
            return kubeconfig;
        } finally {
            if (!usable) {
                container.stop();
            }
        }
    }

    /** Nodes have no Docker: the runtime's image goes there as a file. */
    private static void load(K3sContainer container) throws IOException, InterruptedException {
        var image = new ImageFromDockerfile(RUNTIME, false)
                .withFileFromPath(".", Path.of("..", "runtimes").toRealPath())
                .get();
        var archive = Files.createTempFile("runtime", ".tar");
        try (var saved =
                DockerClientFactory.instance().client().saveImageCmd(image).exec()) {
            Files.copy(saved, archive, StandardCopyOption.REPLACE_EXISTING);
            container.copyFileToContainer(MountableFile.forHostPath(archive), ARCHIVE);
        } finally {
            Files.delete(archive);
        }
        var imported = container.execInContainer("ctr", "--namespace", "k8s.io", "images", "import", ARCHIVE);
        if (imported.getExitCode() != 0) {
            throw new IllegalStateException("the image of the runtime was not taken: " + imported.getStderr());
        }
    }
}
