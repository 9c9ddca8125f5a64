/**
 * What a stage has to know of a type beside its fields. A trait that a row does not name does not hold. Stages ask by the
 * functions of `../rr-types.ts`, so that a type with the same traits is treated the same, whatever its name.
 */
export interface TypeTraits {
  /** Its rdata is an address of this version of IP. */
  readonly address?: 4 | 6;
  /** Its rdata is text as a whole: a template fills it in without reading it as presentation text. */
  readonly text?: true;
  /** It says whose an address is (RFC 1035 section 3.5). */
  readonly reverse?: true;
  /** Its rdata names what has to be there first, and has to stay as long as it is there. */
  readonly pointing?: true;
  /**
   * What belongs at the host that its rdata names: addresses; whatever it is asked for; the addresses of a name server, as
   * glue where they are below it; a tree of names.
   */
  readonly target?: 'addresses' | 'anything' | 'name_server' | 'tree';
  /** Its name answers with what stands at its target, which is followed on from there. */
  readonly follows?: true;
  /** It stands alone at its name, but for what is `besideCname` (RFC 2181 section 10.1). */
  readonly alone?: true;
  /** May it stand beside a CNAME (RFC 4035 section 2.5), or is it left there where it exists already? */
  readonly besideCname?: 'allowed' | 'left';
  /** It says, at its name or above it, who answers for the names from there on. */
  readonly delegation?: true;
  /** It decides what is answered for all names below its own. */
  readonly decidesBelow?: true;
  /** Stands at a zone's apex: in every zone; nowhere else; in every zone and nowhere else; never. */
  readonly apex?: 'needed' | 'only' | 'needed_only' | 'never';
  /** It decides who may speak for a name, or moves more than one server's traffic: no glob of a grant reaches it. */
  readonly guarded?: true;
  /** An RRset has one value, or one for each type that it answers for. */
  readonly values?: 'one' | 'one_for_each_type';
  /** A name server makes it as it signs a zone. */
  readonly madeByServer?: true;
  /** The service that alone has it: no other name server can answer with it. */
  readonly service?: string;
  /** Its answers are made: a question for the type itself never shows them. */
  readonly synthesised?: Synthesis;
  /** No grant lets the inventory write it. */
  readonly ungranted?: true;
  /** It has no TTL of its own. */
  readonly noTtl?: true;
  /** The service keeps it in the place of the RRsets that it answers for, so that none of these exists beside it. */
  readonly inPlaceOfAnswers?: true;
  /** It may have been made by others of the service: one that the zone file does not state is left alone, and called this. */
  readonly leftUnlessStated?: string;
}

export interface Synthesis {
  /** By code that the zone file holds, which always has an answer; or by looking elsewhere, where there may be none. */
  readonly by: 'code' | 'lookup';
  /** The types that are answered: those of addresses, or the first field of each value. */
  readonly answers: 'addresses' | 'first_field';
}
