import Foundation

// Reads files that nobody wrote, millions of them if need be. libFuzzer brings the main program:
//
//     Fuzzing READER --seeds FOLDER     writes the seeds of a reader, and a dictionary beside them
//     Fuzzing READER [libFuzzer's own]  fuzzes it
//
// `make fuzz` runs both, one after the other. Source of the signatures: https://llvm.org/docs/LibFuzzer.html.

/// Takes the first argument away from libFuzzer's, or writes the seeds and ends the program.
@_cdecl("LLVMFuzzerInitialize")
func initialize(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> CInt {
  guard Reader.current != nil else {
    print("usage: Fuzzing \(Reader.allCases.map(\.rawValue).joined(separator: "|")) --seeds FOLDER | OPTIONS")
    exit(64)
  }
  if CommandLine.arguments.count == 4, CommandLine.arguments[2] == "--seeds" {
    do {
      try Seeds.write(to: CommandLine.arguments[3])
      exit(0)
    } catch {
      print("\(error)")
      exit(1)
    }
  }
  arguments.pointee[1] = arguments.pointee[0]
  arguments.pointee += 1
  count.pointee -= 1
  return 0
}

/// Reads one file.
@_cdecl("LLVMFuzzerTestOneInput")
func read(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  Reader.current?.read([UInt8](UnsafeBufferPointer(start: bytes, count: count)))
  return 0
}
