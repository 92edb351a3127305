package dev.workflows.demo;

import java.util.Optional;

/** Where reports are kept: a folder, or with profile "s3" a bucket of any S3-compatible store. */
interface ReportsBucket {

    /**
     * Looks for an object without reading it.
     *
     * @param key as in {@link #put}
     */
    Optional<StoredObject> head(String key);

    /**
     * Stores an object whole or not at all, in place of the one that is there.
     *
     * @param key path segments separated by "/"
     */
    void put(String key, byte[] content);

    record StoredObject(String key, long size) {}
}
