import Foundation
import NetworkIR
import Synchronization

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
    let path = url.path
    TemporaryFolders.alive.withLock { _ = $0.insert(path) }
  }

  deinit {
    let path = url.path
    TemporaryFolders.alive.withLock { _ = $0.remove(path) }
    try? FileManager.default.removeItem(at: url)
  }

  var path: String { url.path }
}

/// The temporary folders that exist now, for a program that is told to stop.
package enum TemporaryFolders {
  fileprivate static let alive = Mutex<Set<String>>([])

  /// Removes all of them.
  package static func removeAll() {
    let paths = alive.withLock { $0 }
    for path in paths { try? FileManager.default.removeItem(atPath: path) }
  }
}
