import { execFileSync } from 'node:child_process'; import { writeFileSync } from 'node:fs'; import fc from 'fast-check';
import { parseRdata, rdataFromWire, rdataToWire, rrTypes, typeByCode, typeByName } from './src/model/rdata.ts';
import { makeRRset } from './src/model/rrset.ts'; import { zoneMaster } from './src/report/zonefile.ts'; import { wireOf } from './test/model/arbitrary.ts'; import { cases } from './test/model/cases.ts';
const zone='example.com.';
const head='@ 60 IN SOA ns1 host 1 2 3 4 5\n@ 60 IN NS ns1\nns1 60 IN A 192.0.2.1\n';
for (const type of (process.argv.slice(2).length?process.argv.slice(2):['NS','MD','CNAME','MB','WKS','PTR','TXT','KEY','AAAA','NAPTR','DNAME','DS','DSYNC','RESINFO','WALLET','ALIAS','SVCB','AVC','ZONEMD','DOA','TA','X25','GPOS'])) {
 const own=cases.filter(c=>c.type===type).map(({texts})=>parseRdata(type,texts[0]));
 const made=fc.sample(wireOf(type),{numRuns:12,seed:918}).map(w=>rdataFromWire(type,w,0,w.length));
 const rds=rrTypes.some(({name})=>name===type)?[...own,...made]:[...own,'\\# 3 010203'];
 const sets=rds.map((rdata,i)=>makeRRset(['DNSKEY','CDS','CDNSKEY'].includes(type)?zone:`n${i}.${type.toLowerCase()}.${zone}`,type,60,[{rdata,origins:[]}]));
 const text=[...zoneMaster(sets,zone)].join('');
 writeFileSync('/tmp/p7z',text.replace('\n',`\n${head}`));
 try { const o=execFileSync('named-compilezone',['-i','none','-k','ignore','-n','ignore','-m','ignore','-M','ignore','-S','ignore','-T','ignore','-s','full','-o','-','example.com','/tmp/p7z'],{encoding:'utf8',stdio:['ignore','pipe','pipe'],maxBuffer:2**26});
  const got=new Set(o.split('\n').flatMap(l=>{const m=/^(\S+)\s+\d+\s+IN\s+(\S+)\s*(.*)$/.exec(l); if(!m) return []; try { const t=typeByName(m[2]); return [m[2]===type&&t.fields.length===0&&!m[3].startsWith('\\#')?'ANY':Buffer.from(rdataToWire(t.name,parseRdata(t.name,m[3]))).toString('hex')]; } catch(e) { return ['ERR '+m[2]+' '+m[3].slice(0,60)+' '+e.message]; } }));
  const lost=rds.filter(r=>!got.has(Buffer.from(rdataToWire(type,r)).toString('hex'))&&!got.has('ANY'));
  console.log(type, 'lost', lost.length, lost.slice(0,1).map(x=>x.slice(0,200)), [...got].filter(g=>g.startsWith('ERR')).slice(0,1));
 } catch(e) { console.log(type, 'REFUSED', String(e.stderr||e.message).split('\n').slice(0,3).join(' | ').slice(0,300), String(e.stdout).slice(0,200)); }
}
