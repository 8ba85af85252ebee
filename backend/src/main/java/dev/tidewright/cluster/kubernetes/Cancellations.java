package dev.tidewright.cluster.kubernetes;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;
import okio.ForwardingSource;
import okio.Okio;
import okio.Source;
import org.jspecify.annotations.Nullable;

/**
 * Lets the log of a pod be closed while another thread reads it. The client closes a body that is cancelled on a thread of its
 * own, and closing reads what is left: two readers of one stream spoil its buffer (a NullPointerException deep inside), and then
 * nobody closes the connection.
 */
final class Cancellations implements Interceptor {

    @Override
    public Response intercept(Chain chain) throws IOException {
        var answer = chain.proceed(chain.request());
        return chain.request().url().encodedPath().endsWith("/log")
                ? answer.newBuilder()
                        .body(new Body(answer.body(), chain.call()::cancel))
                        .build()
                : answer;
    }

    private static final class Body extends ResponseBody {

        private final ResponseBody inner;
        private final BufferedSource source;

        Body(ResponseBody inner, Runnable cancel) {
            this.inner = inner;
            source = Okio.buffer(new OneReader(inner.source(), cancel));
        }

        @Override
        public @Nullable MediaType contentType() {
            return inner.contentType();
        }

        @Override
        public long contentLength() {
            return inner.contentLength();
        }

        @Override
        public BufferedSource source() {
            return source;
        }
    }

    /** Whoever closes it ends what another reads first, and then is alone with it. */
    static final class OneReader extends ForwardingSource {

        private final Runnable cancel;
        private final ReentrantLock alone = new ReentrantLock();
        private volatile boolean closed;
        private volatile boolean ended;

        /** @param cancel has a read that waits return at once, from any thread */
        OneReader(Source inner, Runnable cancel) {
            super(inner);
            this.cancel = cancel;
        }

        @Override
        public long read(Buffer sink, long most) throws IOException {
            alone.lock();
            try {
                if (closed) {
                    throw new IOException("closed");
                }
                var count = super.read(sink, most);
                ended = count < 0;
                return count;
            } finally {
                alone.unlock();
            }
        }

        @Override
        public void close() throws IOException {
            closed = true;
            // What has come to its end gives its connection back.
            if (!ended) {
                cancel.run();
            }
            alone.lock();
            try {
                super.close();
            } finally {
                alone.unlock();
            }
        }
    }
}
