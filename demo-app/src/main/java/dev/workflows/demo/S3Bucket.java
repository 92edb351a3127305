package dev.workflows.demo;

import java.util.Optional;
import org.springframework.http.MediaType;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Objects in a bucket of Amazon S3, Cloudflare R2, MinIO or another store that speaks S3. */
class S3Bucket implements ReportsBucket {

    private final S3Client client;
    private final String bucket;

    S3Bucket(S3Client client, String bucket) {
        this.client = client;
        this.bucket = bucket;
    }

    @Override
    public Optional<StoredObject> head(String key) {
        try {
            HeadObjectResponse head =
                    client.headObject(request -> request.bucket(bucket).key(key));
            return Optional.of(new StoredObject(key, head.contentLength()));
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        }
    }

    @Override
    public void put(String key, byte[] content) {
        client.putObject(
                request -> request.bucket(bucket).key(key).contentType(MediaType.APPLICATION_JSON_VALUE),
                RequestBody.fromBytes(content));
    }

    @Override
    public String toString() {
        return "S3 bucket " + bucket;
    }
}
