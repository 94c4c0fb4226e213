import Foundation
import NetworkIR

/// A folder of our own that is gone when the work is done.
struct TemporaryFolder: ~Copyable {
  let url: URL

  init() throws(Refusal) {
    let url = FileManager.default.temporaryDirectory.appending(path: "dory-gen-\(UUID().uuidString)")
    self.url = url
    Leftovers.add(path: url.path)
    do {
      try Leftovers.uninterrupted {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      }
    } catch {
      Leftovers.forget(path: url.path)
      throw Refusal(
        Diagnostic(
          code: "DG0013", file: url.path, message: "can't be made: \(error.reason)",
          hint: "free space in the temporary folder or set TMPDIR"))
    }
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
    Leftovers.forget(path: url.path)
  }

  var path: String { url.path }
}
