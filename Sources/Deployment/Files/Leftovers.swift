import Foundation
import Synchronization

/// What this program has to clear away when it is told to stop: folders and files that are not whole or not wanted, and
/// the processes that it started.
package enum Leftovers {
  private struct State {
    var paths: Set<String> = []
    /// By the number of their first process.
    var processGroups: Set<pid_t> = []
    var isClearing = false
  }

  private static let state = Mutex(State())

  static func add(path: String) { state.withLock { _ = $0.paths.insert(path) } }

  static func forget(path: String) { state.withLock { _ = $0.paths.remove(path) } }

  /// A child that leads a process group of its own.
  static func add(processGroup: pid_t) {
    let isTooLate = state.withLock { state in
      state.processGroups.insert(processGroup)
      return state.isClearing
    }
    if isTooLate { kill(-processGroup, SIGKILL) }
  }

  static func forget(processGroup: pid_t) { state.withLock { _ = $0.processGroups.remove(processGroup) } }

  /// Whether the program is about to end.
  static var isClearing: Bool { state.withLock(\.isClearing) }

  /// Does something that is not left half done: what ends the program waits for it. Does not return once it has begun to.
  static func uninterrupted<Result>(_ body: () throws -> Result) rethrows -> Result {
    let result = try state.withLock { $0.isClearing ? nil : try body() }
    guard let result else { awaitEnd() }
    return result
  }

  /// Waits for the end of the program where that has begun: what fails by then fails because of it.
  package static func awaitEndIfClearing() {
    if isClearing { awaitEnd() }
  }

  private static func awaitEnd() -> Never {
    while true { sleep(1) }
  }

  /// Ends the processes with all that they started, then removes the folders and files. The program has to end then.
  package static func clear() {
    let (paths, groups) = state.withLock { state in
      state.isClearing = true
      return (state.paths.sorted(), state.processGroups)
    }
    for group in groups { kill(-group, SIGKILL) }
    // They may write until they are gone, which takes a moment.
    for _ in 0..<100 where groups.contains(where: { kill(-$0, 0) == 0 }) { usleep(10_000) }
    for path in paths { remove(path) }
  }

  /// Removes a file or folder, again where a file that was being written comes into it meanwhile.
  private static func remove(_ path: String) {
    for _ in 0..<50 {
      try? FileManager.default.removeItem(atPath: path)
      guard FileManager.default.fileExists(atPath: path) else { return }
      usleep(10_000)
    }
  }
}
