using System.Text.Json;
using RobotRL.Control;
using RobotRL.Model;

namespace RobotRL.Sessions.Acting;

/// <summary>
/// What a session knows of a stop that is an operator's to clear: whether the hand of this session asked for it, and what the sessions before left
/// outstanding. The causes are kept with the run until they are cleared, since the control process that knows them may end with its session.
/// <code>
/// session   ── X ──┤ ended        ├─ stopped for the same causes ── Enter ──▶ moves on
/// stop.json        written ───────────────────────────────────────── gone
/// </code>
/// </summary>
/// <param name="control">The commanding side of this session.</param>
/// <param name="path">Where the causes are kept; null for nowhere.</param>
public sealed class OutstandingStop(CellControl control, string? path = null) : IDisposable
{
    private static readonly FaultSet Persons = FaultSet.Of(FaultCode.OperatorStop, FaultCode.DeadmanReleased);
    private FaultSet _kept = Read(path);
    private bool _hasBegun, _wasHere = control.NeedsOperator;
    private volatile bool _isAsked;

    private sealed record Document(IReadOnlyList<string> Causes);

    /// <summary>Before the robot moves in this session: what is outstanding stops it again.</summary>
    public void Begin()
    {
        if (_hasBegun) return;
        _hasBegun = true;
        _wasHere |= control.NeedsOperator;
        if (_kept.IsEmpty) return;
        _wasHere = true;
        for (var rest = _kept; !rest.IsEmpty; rest = rest.Rest) control.Stop(rest.First);
        control.Advance(control.TicksPerDecision);
    }

    /// <summary>The hand of this session asks for a stop. From any thread.</summary>
    public void Ask() => _isAsked = true;

    /// <summary>Whether the hand of this session asked for it, and it was not outstanding before.</summary>
    public bool IsOwn => _isAsked && !_wasHere;

    /// <summary>Whether somebody other than the hand of this session stopped the robot, by word or by letting go: no program undoes that.</summary>
    public bool IsAnotherPersons => !IsOwn && IsPersons;

    /// <summary>The same, and before this session. Else it is the control process that comes to its end, or somebody of whom nothing is known here.</summary>
    public bool IsFromBefore => _wasHere && IsPersons;

    /// <summary>
    /// Keeps the causes as they are now, but for two. What a disk did is over once that is mended, and is found anew where it is not. A stop that nobody here
    /// asked for and that came meanwhile is how a control process ends, with the session or by itself.
    /// </summary>
    public void Keep()
    {
        var causes = control.Causes.Except(FaultSet.Of(FaultCode.StorageFailure));
        if (!_isAsked && !_wasHere) causes = causes.Except(FaultSet.Of(FaultCode.OperatorStop));
        if (path is null || causes.IsEmpty || causes == _kept) return;
        List<string> names = [];
        for (var rest = causes; !rest.IsEmpty; rest = rest.Rest) names.Add(rest.First.ToString());
        RunFile.Write(path + ".tmp", JsonSerializer.SerializeToUtf8Bytes(new Document(names)), force: true);
        File.Move(path + ".tmp", path, overwrite: true);
        _kept = causes;
    }

    /// <summary>An operator has cleared it.</summary>
    public void Clear()
    {
        (_wasHere, _isAsked, _kept) = (false, false, default);
        if (path is not null) File.Delete(path);
    }

    /// <summary>A person's stop that came when no episode was under way is kept as well.</summary>
    public void Dispose()
    {
        if (IsPersons) Keep();
    }

    private bool IsPersons => control.Causes.Except(Persons) != control.Causes;

    /// <summary>A file that does not say what is outstanding says that something is: a person must look.</summary>
    private static FaultSet Read(string? path)
    {
        if (path is null || !File.Exists(path)) return default;
        try
        {
            var causes = default(FaultSet);
            foreach (var name in JsonSerializer.Deserialize<Document>(RunFile.ReadAllBytes(path))?.Causes ?? [])
                causes = causes.With(Enum.TryParse(name, out FaultCode code) ? code : FaultCode.OperatorStop);
            return causes.IsEmpty ? FaultSet.Of(FaultCode.OperatorStop) : causes;
        }
        catch (JsonException)
        {
            return FaultSet.Of(FaultCode.OperatorStop);
        }
    }
}
