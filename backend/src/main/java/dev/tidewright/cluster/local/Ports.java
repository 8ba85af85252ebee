package dev.tidewright.cluster.local;

import dev.tidewright.cluster.ClusterUnavailable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Gives out loopback ports in turn, so that one that was given back is not used again soon: somebody may still hold an
 * address of the replica that had it.
 */
final class Ports {

    private final LocalSettings settings;
    private int next;

    Ports(LocalSettings settings) {
        this.settings = settings;
        // Several installations on one machine should not walk in step.
        this.next = RandomGenerator.getDefault().nextInt(settings.firstPort(), settings.lastPort() + 1);
    }

    /** A free port outside of {@code taken}: those of replicas that are there, whether they listen just now or not. */
    int free(Set<Integer> taken) {
        for (var tried = settings.firstPort(); tried <= settings.lastPort(); tried++) {
            var port = next;
            next = next == settings.lastPort() ? settings.firstPort() : next + 1;
            if (!taken.contains(port) && isFree(port)) {
                return port;
            }
        }
        throw new ClusterUnavailable(
                "no free port between " + settings.firstPort() + " and " + settings.lastPort(),
                new IOException("all ports are in use"));
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
        } catch (IOException e) {
            return false;
        }
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(port), 1); // programs often listen on all addresses
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
