import com.android.apksig.ApkVerifier;
import com.android.apksig.SigningCertificateLineage;
import com.android.apksigner.ApkSignerTool;
import java.io.BufferedReader;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs many jobs of Debian's apksigner in one Java: a request a line, fields by tabs; an answer a line, in JSON. */
public class Apksig {
    public static void main(String[] ignored) throws Exception {
        PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), true, "UTF-8");
        System.setOut(System.err);
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            String[] fields = line.split("\t", -1);
            String answer;
            if (fields[0].equals("tool")) {
                // What goes wrong ends this Java (System.exit): the caller sees that, and reads its standard error.
                ApkSignerTool.main(Arrays.copyOfRange(fields, 1, fields.length));
                answer = "{}";
            } else {
                answer = verify(fields[1], fields[2], fields[3], fields[4]);
            }
            answers.println(answer);
        }
    }

    /** What `apksigner verify` does with these options, an empty one left away. */
    private static String verify(String apk, String minSdk, String maxSdk, String idsig) {
        ApkVerifier.Builder builder = new ApkVerifier.Builder(new File(apk));
        if (!minSdk.isEmpty()) builder.setMinCheckedPlatformVersion(Integer.parseInt(minSdk));
        if (!maxSdk.isEmpty()) builder.setMaxCheckedPlatformVersion(Integer.parseInt(maxSdk));
        if (!idsig.isEmpty()) builder.setV4SignatureFile(new File(idsig));
        try {
            return described(builder.build().verify());
        } catch (Throwable error) {
            return "{\"verified\": false, \"raised\": " + text(error.toString()) + "}";
        }
    }

    private static String described(ApkVerifier.Result result) throws Exception {
        List<String> schemes = new ArrayList<>();
        if (result.isVerifiedUsingV1Scheme()) schemes.add(text("v1"));
        if (result.isVerifiedUsingV2Scheme()) schemes.add(text("v2"));
        if (result.isVerifiedUsingV3Scheme()) schemes.add(text("v3"));
        if (result.isVerifiedUsingV4Scheme()) schemes.add(text("v4"));
        List<String> signers = new ArrayList<>();
        for (X509Certificate signer : result.getSignerCertificates()) signers.add(text(sha256(signer)));
        List<String> lineage = new ArrayList<>();
        SigningCertificateLineage proof = result.getSigningCertificateLineage();
        if (proof != null) {
            for (X509Certificate past : proof.getCertificatesInLineage()) {
                SigningCertificateLineage.SignerCapabilities can = proof.getSignerCapabilities(past);
                int flags = (can.hasInstalledData() ? 1 : 0) | (can.hasSharedUid() ? 2 : 0)
                        | (can.hasPermission() ? 4 : 0) | (can.hasRollback() ? 8 : 0) | (can.hasAuth() ? 16 : 0);
                lineage.add("[" + text(sha256(past)) + ", " + flags + "]");
            }
        }
        List<String> errors = new ArrayList<>();
        result.getErrors().forEach(it -> errors.add(text(it.getIssue().name())));
        result.getV1SchemeSigners().forEach(s -> s.getErrors().forEach(it -> errors.add(text(it.getIssue().name()))));
        result.getV2SchemeSigners().forEach(s -> s.getErrors().forEach(it -> errors.add(text(it.getIssue().name()))));
        result.getV3SchemeSigners().forEach(s -> s.getErrors().forEach(it -> errors.add(text(it.getIssue().name()))));
        List<String> warnings = new ArrayList<>();
        result.getWarnings().forEach(it -> warnings.add(text(it.getIssue().name())));
        return "{\"verified\": " + result.isVerified() + ", \"schemes\": " + schemes + ", \"signers\": " + signers
                + ", \"lineage\": " + lineage + ", \"errors\": " + errors + ", \"warnings\": " + warnings + "}";
    }

    private static String sha256(X509Certificate certificate) throws Exception {
        StringBuilder hex = new StringBuilder();
        for (byte one : MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded())) {
            hex.append(String.format("%02x", one));
        }
        return hex.toString();
    }

    private static String text(String content) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char one : content.toCharArray()) {
            quoted.append(one < ' ' || one > '~' || one == '"' || one == '\\'
                    ? String.format("\\u%04x", (int) one) : String.valueOf(one));
        }
        return quoted.append('"').toString();
    }
}
