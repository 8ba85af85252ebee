package dev.tidewright.cluster.kubernetes;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import javax.net.SocketFactory;

/**
 * Stands between a client that speaks plain HTTP/1.1 and a real API server, and loses answers: what it was told to lose is
 * passed on, and when the answer's first bytes come, which is after the API server did it, both connections are closed.
 */
final class CuttingProxy implements AutoCloseable {

    private final ServerSocket listening;
    private final SocketFactory sockets;
    private final URI server;
    private final Predicate<String> loses;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger cuts = new AtomicInteger();
    private volatile CountDownLatch passing = new CountDownLatch(0);

    /** @param loses asked with the first bytes of each request, its head and some of its body */
    CuttingProxy(SocketFactory sockets, URI server, Predicate<String> loses) {
        this.sockets = sockets;
        this.server = server;
        this.loses = loses;
        try {
            listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    /** Nothing passes any more, in either direction, on connections that stay open: as behind a switch that lost its power. */
    void freeze() {
        passing = new CountDownLatch(1);
    }

    /** What was held back passes now. */
    void thaw() {
        passing.countDown();
    }

    String address() {
        return "http://127.0.0.1:" + listening.getLocalPort();
    }

    /** How many answers were lost. */
    int cuts() {
        return cuts.get();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                var client = listening.accept();
                var behind = sockets.createSocket(server.getHost(), server.getPort());
                open.add(client);
                open.add(behind);
                var cut = new AtomicBoolean();
                Thread.ofVirtual()
                        .start(() -> pass(client, behind, bytes -> {
                            if (loses.test(bytes)) {
                                cut.set(true);
                            }
                            return true;
                        }));
                Thread.ofVirtual()
                        .start(() -> pass(behind, client, bytes -> {
                            if (cut.get()) {
                                cuts.incrementAndGet();
                            }
                            return !cut.get();
                        }));
            } catch (IOException closed) {
                // The next one, unless it was closed on purpose.
            }
        }
    }

    private void pass(Socket from, Socket to, Predicate<String> goesOn) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            var buffer = new byte[64 << 10];
            for (var length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                if (!goesOn.test(new String(buffer, 0, length, StandardCharsets.ISO_8859_1))) {
                    return;
                }
                passing.await();
                out.write(buffer, 0, length);
                out.flush();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (IOException broken) {
            // Both ends are closed: that is all there is to say of it.
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    @Override
    public void close() throws IOException {
        thaw();
        listening.close();
        for (var socket : open) {
            socket.close();
        }
    }
}
