import Foundation
import NetworkIR

/// A folder of our own that is gone when the work is done.
struct TemporaryFolder: ~Copyable {
  let url: URL

  init() throws(Refusal) {
    url = FileManager.default.temporaryDirectory.appending(path: "dory-gen-\(UUID().uuidString)")
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw Refusal(
        Diagnostic(
          code: "DG0013", file: url.path, message: "can't be made: \(error.reason)",
          hint: "free space in the temporary folder or set TMPDIR"))
    }
    Leftovers.add(path: url.path)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
    Leftovers.forget(path: url.path)
  }

  var path: String { url.path }
}
