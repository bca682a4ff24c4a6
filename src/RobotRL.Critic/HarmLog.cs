using RobotRL.Policy;

namespace RobotRL.Critic;

/// <summary>
/// The experience that a critic was trained and calibrated on. It is kept as <c>experience.safetensors</c> beside the weights, so that the critic can learn on
/// without forgetting.
/// </summary>
internal static class HarmLog
{
    public const string File = "experience.safetensors";
    private const int HeldOutEvery = 5;

    [Flags]
    private enum Marks { Violated = 1, Over = 2, Demonstration = 4 }

    /// <summary>Every fifth episode is kept from learning: thresholds are set on those.</summary>
    public static (HarmEpisode[] Learned, HarmEpisode[] HeldOut) Split(IReadOnlyList<HarmEpisode> episodes) =>
        ([.. episodes.Where((_, i) => i % HeldOutEvery != 0)], [.. episodes.Where((_, i) => i % HeldOutEvery == 0)]);

    public static void Write(string folder, IReadOnlyList<HarmEpisode> episodes)
    {
        var tensors = new Safetensors();
        var inputs = episodes.Count == 0 ? 0 : episodes[0].Steps[0].Features.Length;
        Add("features", [.. episodes.SelectMany(e => e.Steps).SelectMany(s => s.Features)]);
        Add("margins", [.. episodes.SelectMany(e => e.Steps).Select(s => s.Margin)]);
        Add("lengths", [.. episodes.Select(e => (float)e.Steps.Count)]);
        Add("marks", [.. episodes.Select(e =>
            (float)((e.Violated ? Marks.Violated : 0) | (e.IsOver ? Marks.Over : 0) | (e.IsDemonstration ? Marks.Demonstration : 0)))]);
        Add("inputs", [inputs]);
        var path = Path.Combine(folder, File);
        tensors.Write(path + ".tmp");
        System.IO.File.Move(path + ".tmp", path, overwrite: true);

        void Add(string name, float[] values) => tensors.Add(name, values, values.Length);
    }

    /// <exception cref="InvalidDataException">The file is missing, damaged or of another feature set.</exception>
    public static IReadOnlyList<HarmEpisode> Read(string folder, int inputs)
    {
        var path = Path.Combine(folder, File);
        var tensors = Safetensors.Read(path);
        var (features, margins, lengths, marks) = (tensors.Vector("features"), tensors.Vector("margins"), tensors.Vector("lengths"), tensors.Vector("marks"));
        if (tensors.Vector("inputs") is not [var width] || width != inputs || features.Length != margins.Length * inputs
            || marks.Length != lengths.Length || lengths.Sum(l => (int)l) != margins.Length)
            throw new InvalidDataException($"{path}: its parts do not fit each other, or {inputs} features; train the critic anew");
        var at = 0;
        return [.. lengths.Zip(marks, (length, mark) => Episode((int)length, (Marks)(int)mark))];

        HarmEpisode Episode(int length, Marks mark)
        {
            var steps = new (float[], float)[length];
            for (var i = 0; i < length; i++, at++) steps[i] = (features[(at * inputs)..((at + 1) * inputs)], margins[at]);
            return new(steps, mark.HasFlag(Marks.Violated), mark.HasFlag(Marks.Over), mark.HasFlag(Marks.Demonstration));
        }
    }
}
