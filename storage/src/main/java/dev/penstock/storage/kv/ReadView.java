package dev.penstock.storage.kv;

/** A consistent view of a store as of its opening. One thread; close it soon, after its cursors: it pins data. */
public interface ReadView extends KeyReader, AutoCloseable {
    @Override
    void close();
}
