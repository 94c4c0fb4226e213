import CRename
import Foundation

/// A hidden place beside another one, where a file or folder is written before it takes the other's name. Gone when the
/// work is done, whether it was finished, failed or was interrupted.
final class Staging {
  let url: URL
  private let place: URL
  /// Whether something of the other folder could not be brought back out of this one, which then stays.
  private var isNeeded = false

  init(beside place: URL) {
    self.place = place
    let process = ProcessInfo.processInfo.processIdentifier
    url = place.deletingLastPathComponent().appending(path: ".\(place.lastPathComponent).new-\(process)")
    Leftovers.add(path: url.path)
  }

  deinit {
    if !isNeeded { try? FileManager.default.removeItem(at: url) }
    Leftovers.forget(path: url.path)
  }

  /// Writes a file, with the folders that it needs below `url`.
  func write(_ bytes: [UInt8], to file: URL) throws {
    try Leftovers.uninterrupted {
      if file != url {
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      }
      try Data(bytes).write(to: file)
    }
  }

  /// Puts what was written into its place in one step. What was there before goes.
  ///
  /// - Parameter kept: what goes over from a folder that was there before: paths in it, which the new one does not have.
  /// - Throws: what the operating system says; nothing is changed then.
  func takePlace(keeping kept: [String] = []) throws {
    if rename(url.path, place.path) == 0 { return }
    // A folder replaces none that has files: they change names.
    guard errno == EEXIST || errno == ENOTEMPTY else { throw Self.systemError }
    try Leftovers.uninterrupted {
      var moved: [String] = []
      do {
        for path in kept {
          try Self.move(path, from: place, to: url)
          moved.append(path)
        }
        try exchange()
      } catch {
        for path in moved {
          do { try Self.move(path, from: url, to: place) } catch { isNeeded = true }
        }
        throw error
      }
    }
  }

  private func exchange() throws {
    if exchange_names(url.path, place.path) != 0 { try exchangeInTurn() }
  }

  /// For file systems that can't do it in one step: for a moment nothing is in its place.
  func exchangeInTurn() throws {
    let retired = url.appendingPathExtension("old")
    guard rename(place.path, retired.path) == 0 else { throw Self.systemError }
    guard rename(url.path, place.path) == 0 else {
      let error = Self.systemError
      rename(retired.path, place.path)
      throw error
    }
    rename(retired.path, url.path)
  }

  private static func move(_ path: String, from old: URL, to new: URL) throws {
    let target = new.appending(path: path)
    try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    guard rename(old.appending(path: path).path, target.path) == 0 else { throw systemError }
  }

  private static var systemError: NSError { NSError(domain: NSPOSIXErrorDomain, code: Int(errno)) }
}
