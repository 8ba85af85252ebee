package dev.tidewright.gateway;

import dev.tidewright.serving.Route.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A replica that does what it likes with its connections. */
final class RawBackend implements AutoCloseable {

    final List<String> heads = new CopyOnWriteArrayList<>();
    private final ServerSocket server;
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    private RawBackend(ServerSocket server) {
        this.server = server;
    }

    interface Behaviour {
        void on(Socket socket, RawBackend self) throws IOException;
    }

    /** {@code behaviour} gets each connection on a thread of its own; it is closed afterwards. */
    static RawBackend that(Behaviour behaviour) {
        try {
            var self = new RawBackend(new ServerSocket(0, 64, InetAddress.getLoopbackAddress()));
            Thread.ofVirtual().start(() -> self.accept(behaviour));
            return self;
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        }
    }

    private void accept(Behaviour behaviour) {
        try {
            while (true) {
                var socket = server.accept();
                open.add(socket);
                Thread.ofVirtual().start(() -> {
                    try (socket) {
                        behaviour.on(socket, this);
                    } catch (IOException | IllegalStateException closed) {
                        // the test is over
                    }
                });
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    /** Reads up to the empty line and keeps it; null at the end of the connection. */
    String head(Socket socket) throws IOException {
        var head = readHead(socket);
        if (!head.isEmpty()) {
            heads.add(head);
        }
        return head;
    }

    static String readHead(Socket socket) throws IOException {
        var text = new StringBuilder();
        int next;
        while (text.indexOf("\r\n\r\n") < 0 && (next = socket.getInputStream().read()) >= 0) {
            text.append((char) next);
        }
        return text.toString();
    }

    static void write(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    int port() {
        return server.getLocalPort();
    }

    Target as(int revision) {
        return new Target(revision, "127.0.0.1", port());
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (var socket : open) {
            socket.close();
        }
    }
}
