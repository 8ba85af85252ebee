package dev.tidewright.cluster.local;

import com.sun.management.OperatingSystemMXBean;
import dev.tidewright.cluster.DrainGate;
import dev.tidewright.cluster.NamedClusters;
import dev.tidewright.cluster.PassedEnvironment;
import dev.tidewright.kernel.Home;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.SortedMap;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The embedded runtime, unless {@code tidewright.cluster} names another. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "tidewright.cluster", havingValue = "local", matchIfMissing = true)
class LocalConfiguration {

    @Bean
    NamedClusters localCluster(
            Home home, LocalSettings settings, InstantSource clock, ObjectProvider<DrainGate> gates) {
        return new NamedClusters(Map.of(
                NamedClusters.STANDARD,
                open(home, settings, clock, () -> gates.stream().toList())));
    }

    /** Also the way for tests to get one, without Spring. */
    static LocalCluster open(Home home, LocalSettings settings, InstantSource clock, Drains.Gates gates) {
        var store = new Store(home.resolve("cluster"));
        var runtimes = RuntimeFiles.unpack(home.resolve("runtimes"));
        var programs = new Programs(
                settings, runtimes.resolve("launcher", "launch.py"), home.resolve("cache"), passed(settings));
        var supervisors = new Supervisors(settings.python(), runtimes.folder().resolve("supervisor"), passed(settings));
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        var machine = new Machine(settings.capacity(system.getAvailableProcessors(), system.getTotalMemorySize()));
        var yard = new Yard(store, supervisors, clock);
        var pass = new Pass(yard, programs, machine, new Ports(settings), clock);
        return new LocalCluster(yard, pass, supervisors, new Drains(gates), settings.tick());
    }

    private static SortedMap<String, String> passed(LocalSettings settings) {
        var passed = PassedEnvironment.of(System.getenv(), settings.passEnvironment());
        // HOME of a program is its own folder, where pip does not find what this user has configured.
        var pip = Path.of(System.getProperty("user.home"), ".config", "pip", "pip.conf");
        if (!passed.containsKey("PIP_CONFIG_FILE") && Files.isReadable(pip)) {
            passed.put("PIP_CONFIG_FILE", pip.toString());
        }
        return passed;
    }
}
