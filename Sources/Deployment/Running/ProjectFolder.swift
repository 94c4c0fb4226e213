import CEmitter
import Foundation
import NetworkIR

/// A generated project on disk, and the programs that its Makefile builds.
struct ProjectFolder {
  var path: String
  /// Whether it was there before, so that its C may be another than what the tool writes.
  private let isGiven: Bool
  /// Of the project, by their paths in it.
  private let files: [String]

  /// A project that lies on disk, as it is.
  init(given path: String) {
    self.path = URL(fileURLWithPath: path).path
    isGiven = true
    files = (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []
  }

  /// Writes the files of a project.
  ///
  /// - Throws: `Refusal` where the place is taken or can't be written.
  init(_ files: [GeneratedFile], at path: String) throws(Refusal) {
    self.path = path
    isGiven = false
    self.files = files.map(\.path)
    try OutputFolder.write(files, to: path)
  }

  /// Builds the program for this machine.
  ///
  /// - Parameters:
  ///   - build: how.
  ///   - progress: told how far it is.
  /// - Returns: the program, ready to run.
  /// - Throws: `Refusal` with the compiler's output where the build fails.
  func host(_ build: HostBuild = .plain, _ progress: WorkProgress = WorkProgress()) async throws -> HostProgram {
    let result = try await make(.host, build.variables, progress)
    guard result.succeeded else {
      throw Refusal(
        Diagnostic(
          code: "DG0031", message: "the generated C was not compiled",
          hint: isGiven
            ? "mend what the compiler names, or generate the project anew"
            : "check that 'cc' is a working C compiler; if it is, this is a fault of dory-gen",
          details: result.output))
    }
    return HostProgram(project: path)
  }

  /// Builds the firmware and, the first time on a machine, its simulator.
  ///
  /// - Throws: `Refusal` with the output of make where the build fails.
  func cluster(_ progress: WorkProgress = WorkProgress()) async throws -> ClusterProgram {
    let result = try await make(.cluster, [], progress)
    guard result.succeeded else {
      throw Refusal(
        Diagnostic(
          code: "DG0033", message: "the firmware or the simulator of the cluster was not built",
          hint: "install verilator, gcc-riscv64-unknown-elf, the Python package pythondata-cpu-cv32e40p and a clang "
            + "with the RISC-V target; if they are there, "
            + (isGiven ? "mend what the compiler names" : "this is a fault of dory-gen"),
          details: result.output))
    }
    return ClusterProgram(project: path)
  }

  private func make(
    _ goal: BuildProgress.Goal, _ variables: [String], _ progress: WorkProgress
  ) async throws -> ProcessResult {
    let build = BuildProgress(goal, project: path, files: files)
    do {
      return try await progress.during({ build.words }) {
        try await ProcessResult.running("make", ["-C", path, "-j2", goal.rawValue] + variables)
      }
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw Refusal(
        Diagnostic(
          code: "DG0030", message: "make can't be started: \(error)", hint: "install make and a C compiler"))
    }
  }
}
