import Deployment
import Dispatch
import Foundation

/// Cleans up when the user or the system stops the program.
struct Interruption {
  private let sources: [any DispatchSourceSignal]

  /// From now on INT, TERM and HUP end what it started and remove what is not whole before the program ends with 128 plus the signal's number.
  init() {
    sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        Leftovers.clear()
        // At once: threads that go on meanwhile must not meet what an orderly exit takes down.
        _exit(128 + number)
      }
      source.resume()
      return source
    }
  }
}
