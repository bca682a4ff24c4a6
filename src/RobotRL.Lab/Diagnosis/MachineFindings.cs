using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using RobotRL.Lab.Cameras;

namespace RobotRL.Lab.Diagnosis;

/// <summary>Operating system, processor, memory, disk and runtime.</summary>
public static class MachineFindings
{
    private const double GiB = 1 << 30;
    private const double MemoryWantedGiB = 3;

    public static IEnumerable<Finding> All()
    {
        yield return Finding.Needed("operating system", OperatingSystem.IsLinux() || OperatingSystem.IsWindows(), RuntimeInformation.OSDescription,
            "Linux on x64; Windows by way of WSL for the cameras of the simulation");
        var vectors = Avx512F.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : "no AVX2";
        yield return Finding.Needed("processor", RuntimeInformation.ProcessArchitecture == Architecture.X64,
            $"{Environment.ProcessorCount} cores, {RuntimeInformation.ProcessArchitecture}, {vectors}", "libtorch and OpenCV come for x64 only");
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / GiB;
        yield return Finding.Optional("memory", memory >= MemoryWantedGiB, $"{memory:F1} GiB", $"training from images wants {MemoryWantedGiB:F0} GiB");
        var disk = new DriveInfo(Environment.CurrentDirectory).AvailableFreeSpace / GiB;
        yield return Finding.Optional("disk", disk >= 20, $"{disk:F0} GiB free in the current directory",
            "200,000 transitions of two cameras take up to 20 GB");
        var (areGood, cameras, remedy) = CameraList.Now().Health;
        yield return Finding.Optional("cameras", areGood, cameras, remedy);
        yield return Finding.Good(".NET", RuntimeInformation.FrameworkDescription);
    }
}
