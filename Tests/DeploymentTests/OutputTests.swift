import CEmitter
import Dispatch
import Foundation
import NetworkIR
import Synchronization
import Testing

@testable import Deployment

struct OutputFolderTests {
  /// A folder that is gone after the test.
  static func scratch<Result>(_ body: (String) throws -> Result) throws -> Result {
    let url = FileManager.default.temporaryDirectory.appending(path: "deployment-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(url.path)
  }

  static func listing(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  static func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

  static func put(_ bytes: [UInt8], _ path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

  static let project = [
    GeneratedFile(path: "plan.json", contents: [1]), GeneratedFile(path: "layers/a.c", contents: [2, 3]),
    GeneratedFile(path: "start.S", contents: []),
  ]

  @Test func `a folder appears whole and leaves nothing beside it`() throws {
    try Self.scratch { path in
      try OutputFolder.write(Self.project, to: path + "/out")
      #expect(try Self.listing(path) == ["out"])
      #expect(try Self.listing(path + "/out") == [".dory-gen", "layers", "plan.json", "start.S"])
      #expect(try Self.bytes(path + "/out/layers/a.c") == [2, 3])
    }
  }

  @Test func `a folder of our own is replaced, files of the old one do not stay`() throws {
    try Self.scratch { path in
      try OutputFolder.write(Self.project, to: path + "/out")
      try Self.build(["host/network", "host/flags", "host/layers/a.o", "host/layers/a.d"], in: path + "/out/build")
      try Self.build(
        ["cluster/network.elf", "cluster/simulator", "cluster/flags", "cluster/start.o", "cluster/layers/a.o"],
        in: path + "/out/build")
      try OutputFolder.write([GeneratedFile(path: "plan.json", contents: [])], to: path + "/out")
      #expect(try Self.listing(path + "/out") == [".dory-gen", "plan.json"])
      #expect(try Self.listing(path) == ["out"])
    }
  }

  private static func build(_ files: [String], in folder: String) throws {
    for file in files {
      let url = URL(fileURLWithPath: folder + "/" + file)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try put([7], url.path)
    }
  }

  @Test(arguments: ["notes.txt", "host/results.csv", "host/layers/b.o", "cluster/start.c", "network"])
  func `what the project's Makefile does not build is left alone in its folder too`(foreign: String) throws {
    try Self.scratch { path in
      try OutputFolder.write(Self.project, to: path + "/out")
      try Self.build(["host/network", foreign], in: path + "/out/build")
      #expect(throws: Refusal.self) { try OutputFolder.write(Self.project, to: path + "/out") }
      #expect(try Self.bytes(path + "/out/build/" + foreign) == [7])
    }
  }

  /// Somebody's notes beside what an SDK built were once deleted with it.
  @Test(arguments: ["BUILD/notes.txt", "BUILD/GAP8/network.o", "build/pulp_notes.c", "build/pulp/layers/a.o"])
  func `what lies where an SDK builds goes over to the new folder`(kept: String) throws {
    try Self.scratch { path in
      try OutputFolder.write(Self.project, to: path + "/out")
      try Self.build([kept, "build/host/network"], in: path + "/out")
      try OutputFolder.write([GeneratedFile(path: "plan.json", contents: [8])], to: path + "/out")
      #expect(try Self.bytes(path + "/out/" + kept) == [7])
      #expect(try Self.bytes(path + "/out/plan.json") == [8])
      let top = String(kept.prefix { $0 != "/" })
      #expect(try Self.listing(path + "/out") == [".dory-gen", "plan.json", top].sorted())
      #expect(try Self.listing(path + "/out/" + top).count == 1)
      #expect(try Self.listing(path) == ["out"])
    }
  }

  @Test func `a folder that is replaced is there at every moment`() throws {
    try Self.scratch { path in
      let manifest = path + "/out/.dory-gen"
      try OutputFolder.write(Self.project, to: path + "/out")
      let isDone = Atomic(false)
      let absences = Atomic(0)
      DispatchQueue.concurrentPerform(iterations: 2) { part in
        if part == 0 {
          for _ in 0..<300 where (try? OutputFolder.write(Self.project, to: path + "/out")) == nil { Issue.record() }
          isDone.store(true, ordering: .releasing)
        } else {
          while !isDone.load(ordering: .acquiring) {
            if access(manifest, F_OK) != 0 { absences.add(1, ordering: .relaxed) }
          }
        }
      }
      #expect(absences.load(ordering: .relaxed) == 0)
    }
  }

  @Test func `where names can't be exchanged in one step they are in three`() throws {
    try Self.scratch { path in
      try Self.build(["out/old", "new/new"], in: path)
      do {
        let staging = Staging(beside: URL(fileURLWithPath: path + "/out"))
        try FileManager.default.moveItem(atPath: path + "/new", toPath: staging.url.path)
        try staging.exchangeInTurn()
        #expect(try Self.listing(path + "/out") == ["new"])
        #expect(try Self.listing(staging.url.path) == ["old"])
      }
      #expect(try Self.listing(path) == ["out"])
    }
  }

  /// A model beside its plan was once taken for a folder of ours, and deleted.
  @Test(arguments: ["thesis.tex", "plan.json", "layers/b.c"])
  func `a folder with a file of somebody else is left alone`(foreign: String) throws {
    try Self.scratch { path in
      try OutputFolder.write(Self.project, to: path + "/out")
      try Self.put([9], path + "/out/" + foreign)
      let refusal = #expect(throws: Refusal.self) { try OutputFolder.write(Self.project, to: path + "/out") }
      let message = "holds 1 file not written by this tool, or changed since: \(foreign)"
      #expect(refusal?.diagnostics.map(\.message) == [message])
      #expect(try Self.bytes(path + "/out/" + foreign) == [9])
      try FileManager.default.removeItem(atPath: path + "/out/.dory-gen")
      #expect(throws: Refusal.self) { try OutputFolder.write(Self.project, to: path + "/out") }
      #expect(try Self.bytes(path + "/out/" + foreign) == [9])
    }
  }

  @Test func `a place that can't be written gives a refusal and no files`() throws {
    try Self.scratch { path in
      try Self.put([], path + "/file")
      #expect(throws: Refusal.self) { try OutputFolder.write(Self.project, to: path + "/file/out") }
      #expect(try Self.listing(path) == ["file"])
    }
  }
}

struct OutputFileTests {
  @Test func `a link is followed and stays a link`() throws {
    try OutputFolderTests.scratch { path in
      try OutputFolderTests.put([1], path + "/target")
      try FileManager.default.createSymbolicLink(atPath: path + "/link", withDestinationPath: path + "/target")
      try OutputFile.write([2, 3], to: path + "/link")
      #expect(try OutputFolderTests.bytes(path + "/target") == [2, 3])
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path + "/link") == path + "/target")
    }
  }

  @Test func `a pipe is written to and stays a pipe`() throws {
    try OutputFolderTests.scratch { path in
      let pipe = path + "/pipe"
      try #require(mkfifo(pipe, 0o600) == 0)
      // Opened for both directions, so that neither end waits for the other.
      let reader = open(pipe, O_RDWR)
      defer { close(reader) }
      try OutputFile.write([4, 5], to: pipe)
      var bytes: [UInt8] = [0, 0]
      #expect(read(reader, &bytes, 2) == 2)
      #expect(bytes == [4, 5])
      #expect(try FileManager.default.attributesOfItem(atPath: pipe)[.type] as? FileAttributeType == .typeUnknown)
    }
  }

  @Test func `files appear together with the folders that they need`() throws {
    try OutputFolderTests.scratch { path in
      try FileManager.default.createDirectory(atPath: path + "/old", withIntermediateDirectories: false)
      for name in ["notes", "a.npy"] { try OutputFolderTests.put([1], "\(path)/old/\(name)") }
      let files = ["old/a.npy", "old/b.npy", "new/of/c.npy", "new/d.npy"]
      try OutputFile.write(all: files.map { PlacedFile(path: "\(path)/\($0)", bytes: [2]) })
      for file in files { #expect(try OutputFolderTests.bytes("\(path)/\(file)") == [2]) }
      #expect(try OutputFolderTests.listing(path + "/old") == ["a.npy", "b.npy", "notes"])
      #expect(try OutputFolderTests.listing(path) == ["new", "old"])
    }
  }

  @Test func `where one file of several can't be written, none is`() throws {
    try OutputFolderTests.scratch { path in
      try FileManager.default.createDirectory(atPath: path + "/old/b.npy", withIntermediateDirectories: true)
      let files = ["old/a.npy", "new/a.npy", "old/b.npy"].map { PlacedFile(path: "\(path)/\($0)", bytes: [2]) }
      let refusal = #expect(throws: Refusal.self) { try OutputFile.write(all: files) }
      #expect(refusal?.diagnostics.map(\.code) == ["DG0002"])
      #expect(try FileManager.default.subpathsOfDirectory(atPath: path).sorted() == ["old", "old/b.npy"])
    }
  }

  @Test func `a folder in the place of a file is called one`() throws {
    try OutputFolderTests.scratch { path in
      for name in [path, path + "/"] {
        let refusal = #expect(throws: Refusal.self) { try OutputFile.write([1], to: name) }
        #expect(refusal?.diagnostics.map(\.code) == ["DG0002"])
        #expect(refusal?.diagnostics.first?.message == "is a folder, not a file")
      }
      let left = try OutputFolderTests.listing(path)
      #expect(left == [])
    }
  }

  @Test func `a missing folder gives a refusal`() {
    #expect(throws: Refusal.self) { try OutputFile.write([1], to: "/no/such/folder/file") }
  }
}
