import Foundation

/// A hidden place beside another one, where a file or folder is written before it takes the other's name. Gone when the
/// work is done, whether it was finished, failed or was interrupted.
struct Staging: ~Copyable {
  let url: URL
  private let place: URL

  init(beside place: URL) {
    self.place = place
    let process = ProcessInfo.processInfo.processIdentifier
    url = place.deletingLastPathComponent().appending(path: ".\(place.lastPathComponent).new-\(process)")
    Leftovers.add(path: url.path)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
    Leftovers.forget(path: url.path)
  }

  /// Puts what was written into its place. What was there before goes.
  ///
  /// - Throws: what the operating system says; nothing is changed then.
  func takePlace() throws {
    if rename(url.path, place.path) == 0 { return }
    // A folder replaces none that has files: that one is moved away first.
    guard errno == EEXIST || errno == ENOTEMPTY else { throw Self.systemError }
    let retired = url.appendingPathExtension("old")
    try Leftovers.uninterrupted {
      guard rename(place.path, retired.path) == 0 else { throw Self.systemError }
      guard rename(url.path, place.path) == 0 else {
        let error = Self.systemError
        rename(retired.path, place.path)
        throw error
      }
    }
    try? FileManager.default.removeItem(at: retired)
  }

  private static var systemError: NSError { NSError(domain: NSPOSIXErrorDomain, code: Int(errno)) }
}
